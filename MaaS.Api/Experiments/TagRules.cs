// What tags a run may have.
using MaaS.Api.Problems;

namespace MaaS.Api.Experiments;

internal static class TagRules
{
    public const int Most = 50;

    public const int Longest = 200;

    public static InvalidProblem? Of(IReadOnlyDictionary<string, string> tags) =>
        tags.Count > Most || tags.Any(tag => tag.Key.Length is 0 or > Longest || tag.Value is null or { Length: > Longest }) ? TooMany(tags.Count) : null;

    public static InvalidProblem TooMany(int count) => new(
        "tags_not_allowed", $"tags has {count} entries; up to {Most} are allowed, each with a name and a value of at most {Longest} characters.");
}
