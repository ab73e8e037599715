// Training on a table: which column is the answer, which are the questions, and what kind of network.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MaaS.Contracts.Datasets;

namespace MaaS.Contracts.Training;

/// <param name="Target">The column to predict.</param>
/// <param name="Features">The columns to predict from; null takes every other column that is not free text.</param>
/// <param name="Goal">Auto: regression for a number column with many values, classification otherwise.</param>
public sealed record TabularTraining(
    [property: Required, StringLength(200, MinimumLength = 1)] string Target,
    IReadOnlyList<string>? Features = null,
    TabularGoal Goal = TabularGoal.Auto,
    TabularNetwork? Network = null,
    SplitSpec? Split = null) : TrainingSpec
{
    [JsonIgnore]
    public override Guid? TestDatasetVersionId => Split?.TestDatasetVersionId;

    /// <summary>What Auto means for a target: regression for numbers, but whole numbers with few values are classes.</summary>
    /// <param name="distinct">Distinct values of the column; matters for integers only.</param>
    public static TabularGoal GoalFor(ColumnType type, long distinct) => type switch
    {
        ColumnType.Number or ColumnType.Date => TabularGoal.Regression,
        ColumnType.Integer => distinct <= 20 ? TabularGoal.Classification : TabularGoal.Regression,
        _ => TabularGoal.Classification,
    };
}

public enum TabularGoal { Auto, Classification, Regression }

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LinearNetwork), "linear")]
[JsonDerivedType(typeof(MlpNetwork), "mlp")]
[JsonDerivedType(typeof(ResidualNetwork), "residual")]
public abstract record TabularNetwork;

/// <summary>Linear regression, or logistic regression for classes.</summary>
public sealed record LinearNetwork : TabularNetwork;

/// <summary>Hidden layers over embeddings of the numbers and of the categories.</summary>
/// <param name="Dropout">Share of neurons silenced in each step.</param>
/// <param name="Numbers">How a number enters.</param>
/// <param name="Pairs">Also shows the network sines and cosines over two number columns at once, for what they say together, such as a place
/// on a map.</param>
/// <param name="Ensemble">Members trained together: they share the hidden layers, each sees the features through a scale of its own and
/// has a last layer of its own, and their answers are averaged (TabM-mini, Gorishniy et al. 2024, arXiv:2410.24210). 1 is a single network.</param>
public abstract record DeepNetwork(
    [property: Range(0, 0.9)] double Dropout = 0.1,
    NumberEmbedding Numbers = NumberEmbedding.PiecewiseLinear,
    bool Pairs = false,
    [property: Range(1, 16)] int Ensemble = 1) : TabularNetwork;

/// <summary>A multilayer perceptron.</summary>
/// <param name="Hidden">Neurons of each hidden layer, first to last; 1 to 8 layers of 1 to 4096; null derives them.</param>
public sealed record MlpNetwork(IReadOnlyList<int>? Hidden = null) : DeepNetwork;

/// <summary>Blocks that each add a correction to what the one before said: Gorishniy et al. 2021, arXiv:2106.11959.</summary>
/// <param name="Width">Neurons between the blocks; inside a block there are twice as many.</param>
/// <param name="Inner">Neurons inside each block, first to last, where it is not twice the width.</param>
public sealed record ResidualNetwork(
    [property: Range(1, 16)] int Blocks = 3,
    [property: Range(1, 4096)] int Width = 128,
    IReadOnlyList<int>? Inner = null) : DeepNetwork;

/// <summary>What stands for a number at the entrance of a network (Gorishniy et al. 2022, arXiv:2203.05556).</summary>
public enum NumberEmbedding
{
    /// <summary>How full each quantile bin is, through a small layer of the column's own.</summary>
    PiecewiseLinear,

    /// <summary>Sines and cosines of learned frequencies, through a small layer of the column's own.</summary>
    Periodic,

    /// <summary>The standardized number itself.</summary>
    None,
}
