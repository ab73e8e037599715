// Training on who rated or used what: which columns say it, what kind of model, and how it is judged.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="User">The column that says who.</param>
/// <param name="Item">The column that says what.</param>
/// <param name="Rating">The column that says how much; without it every row counts alike.</param>
/// <param name="Time">The column that says when, a number or a date; without it the file's order counts.</param>
/// <param name="Network">Null is <see cref="BiasedFactorization"/> where there is a rating, else <see cref="PooledHistory"/>.</param>
/// <param name="Split">How rows are held out; null is random for ratings to be predicted, leave-last-out for items to be ranked.</param>
public sealed record RecommendationTraining(
    [property: Required, StringLength(200, MinimumLength = 1)] string User,
    [property: Required, StringLength(200, MinimumLength = 1)] string Item,
    [property: StringLength(200, MinimumLength = 1)] string? Rating = null,
    [property: StringLength(200, MinimumLength = 1)] string? Time = null,
    RecommendationNetwork? Network = null,
    RecommendationSplit? Split = null) : TrainingSpec;

/// <summary>Random: 10 % of the rows are the test, 10 % choose. Leave-last-out: each user's last event is the test, the one before chooses.</summary>
public enum RecommendationSplit { Random, LeaveLastOut }

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(BiasedFactorization), "biased_factorization")]
[JsonDerivedType(typeof(NeuralFactorization), "neural_factorization")]
[JsonDerivedType(typeof(BayesianRanking), "bayesian_ranking")]
[JsonDerivedType(typeof(PooledHistory), "pooled_history")]
[JsonDerivedType(typeof(LinearAutoencoder), "linear_autoencoder")]
public abstract record RecommendationNetwork;

/// <summary>mean + bias of the user + bias of the item + product of their factors: Koren et al. 2009, "Matrix factorization techniques".</summary>
/// <param name="Factors">0 is biases alone.</param>
/// <param name="Regularization">Ratings of the mean that every user and item is given in advance, which pulls rare ones to it; null takes what predicts the validation ratings best.</param>
public sealed record BiasedFactorization(
    [property: Range(0, 512)] int Factors = 16,
    [property: Range(0, 1000)] double? Regularization = null) : RecommendationNetwork;

/// <summary>NeuMF: He et al. 2017, arXiv:1708.05031.</summary>
public sealed record NeuralFactorization(
    [property: Range(1, 512)] int Factors = 32,
    [property: Range(1, 20)] int Negatives = 4) : RecommendationNetwork;

/// <summary>BPR: Rendle et al. 2009, arXiv:1205.2618.</summary>
public sealed record BayesianRanking(
    [property: Range(1, 512)] int Factors = 64) : RecommendationNetwork;

/// <summary>The mean of the vectors of the items already seen ranks all items by softmax, as in Covington et al. 2016.</summary>
public sealed record PooledHistory(
    [property: Range(1, 512)] int Factors = 64,
    [property: Range(1, 1000)] int History = 50,
    [property: Range(0, 0.9)] double Dropout = 0.3) : RecommendationNetwork;

/// <summary>EASE: Steck 2019, arXiv:1905.03375; solved in one step, without epochs.</summary>
public sealed record LinearAutoencoder(
    [property: Range(0.1, 1e6)] double Regularization = 250) : RecommendationNetwork;
