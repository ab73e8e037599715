// A caller's mistake in a prediction request.
namespace MaaS.Inference;

/// <param name="problems">Sentences, each opening with its place: <c>rows[3].age: "abc" is not a number.</c></param>
public sealed class InputError(IReadOnlyList<string> problems) : Exception(string.Join(' ', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
