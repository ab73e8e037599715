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
public abstract record TabularNetwork;

/// <summary>Linear regression, or logistic regression for classes.</summary>
public sealed record LinearNetwork : TabularNetwork;

/// <summary>A multilayer perceptron over numbers and learned embeddings of the categories.</summary>
/// <param name="Hidden">Neurons of each hidden layer, first to last; 1 to 8 layers of 1 to 4096; null derives them.</param>
public sealed record MlpNetwork(
    IReadOnlyList<int>? Hidden = null,
    [property: Range(0, 0.9)] double Dropout = 0.1) : TabularNetwork;
