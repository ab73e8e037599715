// Turns the rows of a request into the columns of the graph, or says what is wrong with them, place by place.
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Images;

namespace MaaS.Inference;

/// <param name="Columns">Of the rows that have no problem.</param>
/// <param name="Rows">How many those are.</param>
/// <param name="Refused">The problems of the others, by their place in the request.</param>
internal sealed record ReadRows(IReadOnlyList<Array> Columns, int Rows, IReadOnlyDictionary<int, string> Refused)
{
    /// <summary>Predictions and problems, in the order of the request.</summary>
    public IReadOnlyList<Prediction> Spread(IReadOnlyList<Prediction> predictions)
    {
        if (Refused.Count == 0)
            return predictions;
        var next = 0;
        return [.. Enumerable.Range(0, Rows + Refused.Count).Select(row => Refused.TryGetValue(row, out var error) ? new Prediction(Error: error) : predictions[next++])];
    }
}

internal sealed class RequestColumns(ModelManifest manifest)
{
    private const int MostProblems = 10;

    private readonly Dictionary<string, int> _indexOf = manifest.Inputs
        .Select((input, index) => (input.Name, index))
        .ToDictionary(input => input.Name, input => input.index, StringComparer.Ordinal);

    /// <returns>One array per input, as <see cref="Session.Run"/> takes them; what no row names is missing.</returns>
    /// <exception cref="InputError">With up to ten problems.</exception>
    public IReadOnlyList<Array> Read(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows) => Read(rows, MostProblems, Unknown);

    /// <param name="unknown">The sentence on a column the model does not have.</param>
    private IReadOnlyList<Array> Read(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, int mostProblems, Func<string, string> unknown)
    {
        var problems = new List<string>();
        if (rows.Count == 0)
            problems.Add("rows: at least one row is needed.");
        if (manifest.Inputs.FirstOrDefault(input => input.Type == TensorType.UInt8 && rows.Count > RequestImage.MostRows(input)) is { } images)
            throw new InputError([$"rows: {rows.Count:N0} images are too many at once; at most {RequestImage.MostRows(images)} of this size are taken in one request."]);
        var columns = manifest.Inputs.Select(input => Empty(input, rows.Count)).ToArray();
        for (var row = 0; row < rows.Count && problems.Count < mostProblems; row++)
        {
            // The declared type forbids it, but JSON can still put a null in a list.
            if (rows[row] is null)
            {
                problems.Add($"rows[{row}]: null is not a row; send an object of columns and values.");
                continue;
            }
            foreach (var (name, value) in rows[row].Concat(NoImages(rows[row])))
            {
                var problem = !_indexOf.TryGetValue(name, out var index) ? unknown(name)
                    : columns[index] is byte[] pixels ? RequestImage.Put(value, manifest.Inputs[index], pixels, row)
                    : RequestValue.Put(value, manifest.Inputs[index].Kind, columns[index], row);
                if (problem is null)
                    continue;
                problems.Add($"rows[{row}].{Shown(name)}: {problem}");
                if (problems.Count == mostProblems)
                    break;
            }
        }
        return problems.Count == 0 ? columns : throw new InputError(problems);
    }

    /// <summary>The same, but a row that has a problem is left out.</summary>
    /// <exception cref="InputError">No row is without one.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone away.</exception>
    public ReadRows ReadEach(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, CancellationToken token)
    {
        try
        {
            return new ReadRows(Read(rows), rows.Count, new Dictionary<int, string>());
        }
        catch (InputError wrong) when (wrong.IsOfRows && rows.Count > 1)
        {
            var refused = new Dictionary<int, string>();
            for (var row = 0; row < rows.Count; row++)
            {
                token.ThrowIfCancellationRequested();
                if (Refusal(rows[row], isExplained: refused.Count < MostProblems) is { } its)
                    refused[row] = its.OfRow(row);
            }
            if (refused.Count == rows.Count)
                throw;
            return new ReadRows(Read([.. rows.Where((_, index) => !refused.ContainsKey(index))]), rows.Count - refused.Count, refused);
        }
    }

    /// <summary>The first problem of a row. The first few are explained; ten thousand explanations would take longer than all answers.</summary>
    private InputError? Refusal(IReadOnlyDictionary<string, JsonElement> row, bool isExplained)
    {
        try
        {
            Read([row], 1, isExplained ? Unknown : _ => "the model has no such column.");
            return null;
        }
        catch (InputError wrong)
        {
            return wrong;
        }
    }

    /// <summary>A number that is missing can be imputed; an image cannot, so one that is left out is a null.</summary>
    private IEnumerable<KeyValuePair<string, JsonElement>> NoImages(IReadOnlyDictionary<string, JsonElement> row) => manifest.Inputs
        .Where(input => input.Type == TensorType.UInt8 && !row.ContainsKey(input.Name)).Select(input => new KeyValuePair<string, JsonElement>(input.Name, default));

    private static Array Empty(ModelInput input, int rows)
    {
        switch (input.Type)
        {
            case TensorType.UInt8:
                return new byte[rows * RequestImage.Pixels(input)];
            case TensorType.Float32:
                var numbers = new float[rows];
                Array.Fill(numbers, float.NaN);
                return numbers;
            case TensorType.Int64:
                var days = new long[rows];
                Array.Fill(days, long.MinValue);
                return days;
            default:
                var texts = new string[rows];
                Array.Fill(texts, "");
                return texts;
        }
    }

    private string Unknown(string name)
    {
        if (name == manifest.Target)
            return "this is what the model predicts; leave it out.";
        var nearest = _indexOf.Keys
            .Select(known => (known, distance: Distance(known.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(candidate => candidate.distance)
            .FirstOrDefault();
        var hint = nearest.known is not null && nearest.distance <= Math.Max(1, name.Length / 3) ? $" Did you mean \"{nearest.known}\"?" : "";
        return $"the model has no such column.{hint} Its columns are {string.Join(", ", _indexOf.Keys)}.";
    }

    private static string Shown(string name) => name.Length <= 60 ? name : $"{name[..60]}...";

    /// <summary>Levenshtein: how many letters to insert, delete or change. A name is cut at 200 characters, as columns are.</summary>
    private static int Distance(string from, string to)
    {
        to = to[..Math.Min(to.Length, 200)];
        var costs = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = costs[0];
            costs[0] = i;
            for (var j = 1; j <= to.Length; j++)
                (diagonal, costs[j]) = (costs[j],
                    Math.Min(diagonal + (from[i - 1] == to[j - 1] ? 0 : 1), Math.Min(costs[j], costs[j - 1]) + 1));
        }
        return costs[^1];
    }
}
