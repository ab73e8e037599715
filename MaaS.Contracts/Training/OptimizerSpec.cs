// The update rules a user can choose, each with its own dials. Formulas: docs of MaaS.Engine/Optimizers.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="LearningRate">alpha; null takes the method's default.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "method")]
[JsonDerivedType(typeof(GradientDescentSpec), "gradient_descent")]
[JsonDerivedType(typeof(SgdSpec), "sgd")]
[JsonDerivedType(typeof(MomentumSpec), "momentum")]
[JsonDerivedType(typeof(AdamSpec), "adam")]
[JsonDerivedType(typeof(AdamWSpec), "adamw")]
[JsonDerivedType(typeof(RmsPropSpec), "rmsprop")]
[JsonDerivedType(typeof(LionSpec), "lion")]
[JsonDerivedType(typeof(MuonSpec), "muon")]
public abstract record OptimizerSpec([property: Range(1e-9, 100)] double? LearningRate = null);

/// <summary>theta &lt;- theta - alpha g over all training rows at once.</summary>
public sealed record GradientDescentSpec : OptimizerSpec;

/// <summary>theta &lt;- theta - alpha g over a mini-batch.</summary>
public sealed record SgdSpec : OptimizerSpec;

/// <summary>v &lt;- beta v + (1 - beta) g; theta &lt;- theta - alpha v.</summary>
public sealed record MomentumSpec([property: Range(0, 0.99999)] double Beta = 0.9) : OptimizerSpec;

/// <summary>Adam, Kingma and Ba 2015, arXiv:1412.6980.</summary>
public sealed record AdamSpec(
    [property: Range(0, 0.99999)] double Beta1 = 0.9,
    [property: Range(0, 0.99999)] double Beta2 = 0.999,
    [property: Range(1e-16, 1)] double Epsilon = 1e-8) : OptimizerSpec;

/// <summary>Adam with decoupled weight decay, Loshchilov and Hutter 2019, arXiv:1711.05101.</summary>
public sealed record AdamWSpec(
    [property: Range(0, 0.99999)] double Beta1 = 0.9,
    [property: Range(0, 0.99999)] double Beta2 = 0.999,
    [property: Range(1e-16, 1)] double Epsilon = 1e-8,
    [property: Range(0, 10)] double WeightDecay = 0.01) : OptimizerSpec;

/// <summary>Steps scaled by a running mean of the squared gradient: Tieleman and Hinton 2012, lecture 6.5.</summary>
public sealed record RmsPropSpec(
    [property: Range(0, 0.99999)] double Beta = 0.99,
    [property: Range(1e-16, 1)] double Epsilon = 1e-8) : OptimizerSpec;

/// <summary>Steps of one size, in the direction of the sign of the momentum: Chen et al. 2023, arXiv:2302.06675.</summary>
public sealed record LionSpec(
    [property: Range(0, 0.99999)] double Beta1 = 0.9,
    [property: Range(0, 0.99999)] double Beta2 = 0.99,
    [property: Range(0, 10)] double WeightDecay = 0.01) : OptimizerSpec;

/// <summary>
/// Orthogonalized momentum for the matrices between the first and the last layer (Jordan et al. 2024,
/// https://kellerjordan.github.io/posts/muon), AdamW for everything else. The learning rate is that of the matrices.
/// </summary>
/// <param name="AdamLearningRate">alpha of everything else.</param>
public sealed record MuonSpec(
    [property: Range(0, 0.99999)] double Momentum = 0.95,
    [property: Range(1e-9, 100)] double AdamLearningRate = 3e-3,
    [property: Range(0, 0.99999)] double Beta1 = 0.9,
    [property: Range(0, 0.99999)] double Beta2 = 0.95,
    [property: Range(0, 10)] double WeightDecay = 0) : OptimizerSpec;
