// Holds the truth that a customer posts against the answers that were kept: takes what fits, and says of everything else why it does not.
using System.Globalization;
using System.Text.Json;
using MaaS.Catalog.Deployments;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;

namespace MaaS.Api.Inference.Answers;

/// <param name="answers">Of the requests that are named, as far as they are kept.</param>
/// <param name="manifests">Of the versions that gave them.</param>
internal sealed class GroundTruth(IReadOnlyDictionary<string, KeptAnswer> answers, IReadOnlyDictionary<Guid, ModelManifest> manifests)
{
    private const int MostShown = 60; // letters of what was sent

    private readonly HashSet<(string, int)> _given = [];
    private readonly HashSet<KeptAnswer> _copied = [];

    /// <summary>Writes the truth into the answers.</summary>
    /// <returns>Why rows were not taken, in their order.</returns>
    public IReadOnlyList<string> Take(IReadOnlyList<TruthRow> rows) =>
        [.. rows.Select((row, place) => Refusal(row) is { } why ? $"rows[{place}]{why}" : null).OfType<string>()];

    private string? Refusal(TruthRow row)
    {
        if (!answers.TryGetValue(row.RequestId, out var answer))
            return $".request_id: no answer is kept under \"{Shown(row.RequestId)}\".";
        var count = answer.Labels?.Length ?? answer.Numbers!.Length;
        if (row.Row < 0 || row.Row >= count)
            return $".row is {row.Row}; the request had {(count == 1 ? "one row, 0" : $"{count} rows, 0 to {count - 1}")}.";
        if (answer.Labels is { } labels ? labels[row.Row] is null : answer.Numbers![row.Row] is null)
            return $".row is {row.Row}, which was refused and has no answer.";
        if (!_given.Add((row.RequestId, row.Row)))
            return $": row {row.Row} of \"{Shown(row.RequestId)}\" is given twice; the first counts.";
        var problem = answer.Labels is null ? TakeNumber(answer, row, count) : TakeLabel(answer, row, count);
        if (problem is not null)
            _given.Remove((row.RequestId, row.Row));
        return problem;
    }

    // What was read is copied once an answer, and left as it was: the two are compared when they are saved.
    private string? TakeLabel(KeptAnswer answer, TruthRow row, int count)
    {
        var known = manifests[answer.VersionId].Labels!;
        // Classes keep their text, and a class may be called 1 or true.
        var label = row.Value.ValueKind is JsonValueKind.String ? row.Value.GetString()! : row.Value.GetRawText();
        // No and yes may be said in other words than the file had; 0 and 1 are false and true, and no words.
        if (!known.Contains(label, StringComparer.Ordinal) && CellText.AreNoAndYes(known) && CellText.TryBoolean(label, out var yes)
            && (row.Value.ValueKind != JsonValueKind.Number || known[1] == "true"))
            label = known[yes ? 1 : 0];
        if (!known.Contains(label, StringComparer.Ordinal))
            return $".value is {Shown(row.Value.GetRawText())}, which is no label of the version that answered; it has {Shown(string.Join(", ", known), 10 * MostShown)}.";
        if (_copied.Add(answer))
            answer.TrueLabels = answer.TrueLabels?.ToArray() ?? new string?[count];
        answer.TrueLabels![row.Row] = label;
        return null;
    }

    private string? TakeNumber(KeptAnswer answer, TruthRow row, int count)
    {
        if (row.Value.ValueKind != JsonValueKind.Number || !row.Value.TryGetDouble(out var number) || !double.IsFinite(number))
            return string.Create(CultureInfo.InvariantCulture, $".value is {Shown(row.Value.GetRawText())}; the version that answered gives numbers, so it must be a number.");
        if (_copied.Add(answer))
            answer.TrueNumbers = answer.TrueNumbers?.ToArray() ?? new double?[count];
        answer.TrueNumbers![row.Row] = number;
        return null;
    }

    private static string Shown(string text, int most = MostShown) => text.Length <= most ? text : $"{text[..most]}...";
}
