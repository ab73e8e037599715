// tokenizer.json, the form of Hugging Face's tokenizers library (https://huggingface.co/docs/tokenizers): written so that the library
// reads it, and read back. Of what others write, byte-level BPE and single characters are understood; anything else is refused.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MaaS.Inference.Text;

public static class TokenizerFile
{
    private static readonly JsonSerializerOptions s_written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Tokenizer tokenizer, string path) => File.WriteAllText(path, Text(tokenizer));

    public static string Text(Tokenizer tokenizer)
    {
        JsonObject ByteLevel() => new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = tokenizer.SplitsWords,
        };
        var file = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. tokenizer.End is { } end ? new JsonNode[] { Special(end, Tokenizer.EndText) } : []]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = tokenizer.IsByteLevel ? ByteLevel() : null,
            ["post_processor"] = null,
            ["decoder"] = tokenizer.IsByteLevel ? ByteLevel() : new JsonObject { ["type"] = "Fuse" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = new JsonObject(tokenizer.Vocabulary.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
                ["merges"] = new JsonArray([.. tokenizer.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
            },
        };
        return file.ToJsonString(s_written);
    }

    /// <exception cref="ModelLoadException">The file is absent, broken, or of a kind this server does not know.</exception>
    public static Tokenizer Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (IOException broken)
        {
            throw new ModelLoadException($"tokenizer.json cannot be read: {broken.Message}", broken);
        }
    }

    /// <param name="json">The content of such a file.</param>
    /// <exception cref="ModelLoadException">It is broken, or of a kind this server does not know.</exception>
    public static Tokenizer Parse(string json)
    {
        try
        {
            return Parse(JsonNode.Parse(json)!.AsObject());
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new ModelLoadException($"tokenizer.json cannot be read: {broken.Message}", broken);
        }
    }

    private static Tokenizer Parse(JsonObject file)
    {
        var model = file["model"]!.AsObject();
        if ((string?)model["type"] != "BPE")
            throw new ModelLoadException($"tokenizer.json is of the model {model["type"]}; this server knows BPE.");
        var before = file["pre_tokenizer"]?.AsObject();
        if (before is not null && (string?)before["type"] != "ByteLevel")
            throw new ModelLoadException($"tokenizer.json divides text by {before["type"]}; this server knows ByteLevel.");
        var ids = model["vocab"]!.AsObject().ToDictionary(token => token.Key, token => (int)token.Value!, StringComparer.Ordinal);
        var special = file["added_tokens"]!.AsArray().Select(token => (Text: (string)token!["content"]!, Id: (int)token["id"]!)).ToArray();
        foreach (var token in special)
            ids.Remove(token.Text);
        var vocabulary = ids.OrderBy(token => token.Value).Select(token => token.Key).ToArray();
        if (ids.Values.Order().Where((id, place) => id != place).Any() || special.Length > 1 || special.Any(token => token.Id != vocabulary.Length))
            throw new ModelLoadException("tokenizer.json numbers its tokens otherwise than from 0 on, one special token last at most.");
        return new Tokenizer(
            vocabulary, [.. model["merges"]!.AsArray().Select(Merge)], before is not null, (bool?)before?["use_regex"] ?? before is not null, special.Length == 1);
    }

    /// <summary>["a", "b"], or "a b" as files before 2024 have it.</summary>
    private static (string, string) Merge(JsonNode? merge)
    {
        if (merge is JsonArray pair)
            return ((string)pair[0]!, (string)pair[1]!);
        var parts = ((string)merge!).Split(' ');
        return (parts[0], parts[1]);
    }

    private static JsonObject Special(int id, string text) => new()
    {
        ["id"] = id,
        ["content"] = text,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };
}
