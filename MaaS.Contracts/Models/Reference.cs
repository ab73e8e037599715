// What a model's data was like, in a few numbers a column: enough to see later whether it has changed.
namespace MaaS.Contracts.Models;

/// <param name="Columns">Of the training rows, in the order of the inputs.</param>
/// <param name="Answers">The model's own answers to the test rows: labels, or numbers.</param>
public sealed record Reference(IReadOnlyList<ColumnReference> Columns, ColumnReference Answers)
{
    /// <summary>Of a column's categories so many are told apart; the others are one bin.</summary>
    public const int MostValues = 50;
}

/// <summary>The bins of a column and how many of the values that are there lie in each. Bins are ranges of a number, or categories.</summary>
/// <param name="Missing">Share of the rows without a value.</param>
/// <param name="Shares">Of numbers one more than edges: up to and including the first, ..., above the last. Of categories one more than values: the last is of
/// all other known ones. They add up to 1, or are all 0 when no row has a value.</param>
/// <param name="Edges">Deciles of the numbers, rising; a value that fills several is one. Dates are days since 1970-01-01.</param>
/// <param name="Values">The most frequent categories.</param>
public sealed record ColumnReference(
    string Name, double Missing, IReadOnlyList<double> Shares, IReadOnlyList<double>? Edges = null, IReadOnlyList<string>? Values = null);
