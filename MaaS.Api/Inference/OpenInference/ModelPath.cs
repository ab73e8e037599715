// The addresses of the open protocol that name a model: /v2/models/{model}[/versions/{version}][/call], and those of the repository.
namespace MaaS.Api.Inference.OpenInference;

/// <param name="Version">Null when the address names none.</param>
/// <param name="Call">What is asked of the model; empty for its metadata.</param>
internal readonly record struct ModelPath(string Model, string? Version, string Call)
{
    /// <param name="from">Where the protocol's part of the path begins.</param>
    public static bool TryParse(string path, int from, out ModelPath found)
    {
        found = default;
        var rest = path.AsSpan(from);
        var repository = TryTake(ref rest, "/repository/models/");
        if (!repository && !TryTake(ref rest, "/models/"))
            return false;
        var model = Segment(ref rest);
        string? version = null;
        if (!repository && TryTake(ref rest, "/versions/"))
            version = Segment(ref rest).ToString();
        var call = rest.TrimStart('/') switch { "infer" => "infer", var other => other.ToString() };
        found = new(model.ToString(), version, call);
        return model.Length > 0 && version != "" && repository == call is "load" or "unload";
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, string opening)
    {
        var taken = rest.StartsWith(opening, StringComparison.Ordinal);
        rest = taken ? rest[opening.Length..] : rest;
        return taken;
    }

    private static ReadOnlySpan<char> Segment(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('/') is var slash and >= 0 ? slash : rest.Length;
        var segment = rest[..end];
        rest = rest[end..];
        return segment;
    }
}
