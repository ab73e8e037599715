// A caller's mistake in a prediction request.
namespace MaaS.Inference;

/// <param name="problems">Sentences, each opening with its place: <c>rows[3].age: "abc" is not a number.</c></param>
public sealed class InputError(IReadOnlyList<string> problems) : Exception(string.Join(' ', problems))
{
    private const string FirstRow = "rows[0]";

    public IReadOnlyList<string> Problems { get; } = problems;

    /// <summary>Whether each problem is one row's own, so that other rows may be answered all the same.</summary>
    internal bool IsOfRows => Problems.All(problem => problem.StartsWith("rows[", StringComparison.Ordinal));

    /// <summary>Of a request that held one row alone: the message, when that is another row of a larger one.</summary>
    internal string OfRow(int row) => string.Join(' ', Problems.Select(problem => problem.StartsWith(FirstRow, StringComparison.Ordinal) ? $"rows[{row}]{problem[FirstRow.Length..]}" : problem));
}
