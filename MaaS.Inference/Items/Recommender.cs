// Requests to a recommender: who asks, what they have seen and how many items they want, row by row; the best items come back.
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Items;

internal sealed class Recommender(bool needsUser)
{
    private const int MostItems = 1_000;
    private const int UsualItems = 10;
    private const int MostSeen = 10_000;
    private const int MostProblems = 10;

    public static Recommender? For(ModelManifest manifest) =>
        manifest.Task == ModelTask.Recommendation ? new Recommender(manifest.Inputs.Any(input => input.Name == "user")) : null;

    /// <exception cref="InputError">With up to ten problems.</exception>
    public IReadOnlyList<Prediction> Answer(
        IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, Func<string, string[], long, IReadOnlyList<(string Item, float Score)>> ask)
    {
        var problems = new List<string>();
        if (rows.Count == 0)
            problems.Add("rows: at least one row is needed.");
        var requests = new List<(string User, string[] Seen, long Top)>();
        for (var row = 0; row < rows.Count && problems.Count < MostProblems; row++)
            if (rows[row] is null)
                problems.Add($"rows[{row}]: null is not a row; send an object.");
            else
                requests.Add(One(rows[row], $"rows[{row}]", problems));
        if (problems.Count > 0)
            throw new InputError([.. problems.Take(MostProblems)]);
        // What was seen, and what the model never recommends, scores minus infinity: it is not an answer.
        return [.. requests.Select(request => new Prediction(Items:
            [.. ask(request.User, request.Seen, request.Top).Where(item => float.IsFinite(item.Score)).Select(item => new ScoredItem(item.Item, item.Score))]))];
    }

    private (string User, string[] Seen, long Top) One(IReadOnlyDictionary<string, JsonElement> row, string place, List<string> problems)
    {
        var (user, seen, top) = ("", Array.Empty<string>(), (long)UsualItems);
        foreach (var (name, value) in row)
        {
            var own = $"{place}.{(name.Length <= 60 ? name : $"{name[..60]}...")}";
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (name)
            {
                case "user" when needsUser:
                    user = Name(value, own, problems);
                    break;
                case "seen" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MostSeen:
                    seen = [.. value.EnumerateArray().Select((item, i) => Name(item, $"{own}[{i}]", problems))];
                    break;
                case "seen":
                    problems.Add(value.ValueKind == JsonValueKind.Array
                        ? $"{own}: it has {value.GetArrayLength()} items; at most {MostSeen} are allowed."
                        : $"{own}: {Shown(value)} is not a list of items.");
                    break;
                case "top" when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out top) && top is >= 1 and <= MostItems:
                    break;
                case "top":
                    problems.Add($"{own}: {Shown(value)} is not a whole number from 1 to {MostItems}.");
                    break;
                default:
                    problems.Add($"{own}: this recommender has no such field; it takes {(needsUser ? "user, seen and top" : "seen and top")}.");
                    break;
            }
        }
        if (needsUser && user == "" && problems.Count == 0)
            problems.Add($"{place}.user: say who asks; for somebody unknown any new name will do.");
        return (user, seen, top);
    }

    /// <summary>A number is the item or user of that name: 7 is "7".</summary>
    private static string Name(JsonElement value, string place, List<string> problems)
    {
        try
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String when value.GetString()!.Trim() is { Length: > 0 } text:
                    return text;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    return value.GetRawText();
                default:
                    problems.Add($"{place}: {Shown(value)} is not a name.");
                    return "";
            }
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{place}: {Shown(value)} is half of a character; a text is whole characters.");
            return "";
        }
    }

    private static string Shown(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= 60 ? raw : $"{raw[..60]}...";
    }
}
