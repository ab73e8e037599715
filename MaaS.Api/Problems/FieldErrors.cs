// Validation's findings, in the words of the request: "Training.Optimizer.Beta1" becomes "training.optimizer.beta1".
using System.Text.Json;

namespace MaaS.Api.Problems;

internal static class FieldErrors
{
    public static Dictionary<string, string[]> Named(IDictionary<string, string[]> found) => found.ToDictionary(
        field => Path(field.Key),
        field => field.Value.Select(text => Sentence(field.Key, text)).ToArray(),
        StringComparer.Ordinal);

    private static string Path(string members) =>
        string.Join('.', members.Split('.').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));

    /// <summary>The annotations say "The field Beta1 must ..." or "Beta1 must ..."; the user knows the field by its path.</summary>
    private static string Sentence(string members, string text)
    {
        var member = members[(members.LastIndexOf('.') + 1)..];
        var bracket = member.IndexOf('[', StringComparison.Ordinal);
        if (bracket > 0)
            member = member[..bracket];
        foreach (var opening in new[] { $"The field {member} ", $"The {member} field ", $"The {member} ", $"{member} " })
            if (text.StartsWith(opening, StringComparison.Ordinal))
                return $"{Path(members)} {text[opening.Length..]}";
        return $"{Path(members)}: {text}";
    }
}
