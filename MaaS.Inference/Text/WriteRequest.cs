// One row of a request to a language model: a prompt and how to go on from it; or a sentence that says what is wrong with it.
using System.Text.Json;

namespace MaaS.Inference.Text;

/// <param name="TopK">Null is all tokens.</param>
/// <param name="Seed">Null draws otherwise each time.</param>
internal sealed record WriteRequest(string Prompt, int MaxTokens, double Temperature, int? TopK, long? Seed)
{
    public const int MostTokens = 2_000;
    public const int MostTokensTogether = 10_000;
    private const int LongestPrompt = 100_000;
    private const int MostProblems = 10;

    /// <exception cref="InputError">With up to ten problems.</exception>
    public static IReadOnlyList<WriteRequest> Read(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows)
    {
        var problems = new List<string>();
        if (rows.Count == 0)
            problems.Add("rows: at least one row is needed.");
        var requests = new List<WriteRequest>();
        for (var row = 0; row < rows.Count && problems.Count < MostProblems; row++)
            if (rows[row] is null)
                problems.Add($"rows[{row}]: null is not a row; send an object with a prompt.");
            else
                requests.Add(One(rows[row], $"rows[{row}]", problems));
        if (requests.Sum(request => (long)request.MaxTokens) is > MostTokensTogether and var all)
            problems.Add($"rows: together they ask for {all} tokens; at most {MostTokensTogether} are written for one request.");
        return problems.Count == 0 ? requests : throw new InputError([.. problems.Take(MostProblems)]);
    }

    private static WriteRequest One(IReadOnlyDictionary<string, JsonElement> row, string place, List<string> problems)
    {
        var request = new WriteRequest("", 100, 0.8, null, null);
        foreach (var (name, value) in row)
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (name)
            {
                case "prompt": request = request with { Prompt = Text(value, $"{place}.{name}", problems) }; break;
                case "max_tokens": request = request with { MaxTokens = (int)Whole(value, $"{place}.{name}", 1, MostTokens, problems) }; break;
                case "temperature": request = request with { Temperature = Number(value, $"{place}.{name}", 0, 5, problems) }; break;
                case "top_k": request = request with { TopK = (int)Whole(value, $"{place}.{name}", 1, int.MaxValue, problems) }; break;
                case "seed": request = request with { Seed = Whole(value, $"{place}.{name}", 0, long.MaxValue, problems) }; break;
                default:
                    problems.Add($"{place}.{(name.Length <= 60 ? name : $"{name[..60]}...")}: a language model has no such field; it takes prompt, max_tokens, temperature, top_k and seed.");
                    break;
            }
        }
        if (!row.TryGetValue("prompt", out var prompt) || prompt.ValueKind == JsonValueKind.Null)
            problems.Add($"{place}.prompt: a text to go on from is needed.");
        return request;
    }

    private static string Text(JsonElement value, string place, List<string> problems)
    {
        try
        {
            if (value.ValueKind != JsonValueKind.String)
                problems.Add($"{place}: {Shown(value)} is not a text.");
            else if (value.GetString() is { Length: > 0 and <= LongestPrompt } text)
                return text;
            else
                problems.Add($"{place}: it has {value.GetString()!.Length} characters; 1 to {LongestPrompt} are allowed.");
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{place}: {Shown(value)} is half of a character; a text is whole characters.");
        }
        return "";
    }

    private static long Whole(JsonElement value, string place, long least, long most, List<string> problems)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
            return number;
        problems.Add($"{place}: {Shown(value)} is not a whole number from {least}{(most >= int.MaxValue ? " on" : $" to {most}")}.");
        return least;
    }

    private static double Number(JsonElement value, string place, double least, double most, List<string> problems)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most)
            return number;
        problems.Add($"{place}: {Shown(value)} is not a number from {least} to {most}.");
        return least;
    }

    private static string Shown(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= 60 ? raw : $"{raw[..60]}...";
    }
}
