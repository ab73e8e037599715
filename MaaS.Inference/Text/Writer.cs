// Goes on from a prompt, token after token: the last tokens that fit the model's context in, logits of the next out, one drawn.
// Each step reads the whole context again; a cache of keys and values would not, and has its place behind the same function.
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;

namespace MaaS.Inference.Text;

/// <param name="context">Tokens the model sees at most.</param>
internal sealed class Writer(Tokenizer tokenizer, int context)
{
    /// <exception cref="ModelLoadException">The package's tokenizer.json cannot be read.</exception>
    public static Writer? For(string folder, ModelManifest manifest) => manifest is { Task: ModelTask.LanguageModel, Training: LanguageTraining { Network: { } network } }
        ? new Writer(TokenizerFile.Read(Path.Combine(folder, "tokenizer.json")), network.Context)
        : null;

    /// <param name="next">From tokens (T) to the logits (V) of the one after them.</param>
    /// <exception cref="InputError">A row is not a request, or its prompt holds a character the model does not know.</exception>
    public IReadOnlyList<Prediction> Answer(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, Func<long[], float[]> next)
    {
        var requests = WriteRequest.Read(rows);
        var prompts = requests.Select((request, row) => Prompt(request, row)).ToArray();
        return [.. requests.Zip(prompts, (request, prompt) => new Prediction(Text: GoOn(request, prompt, next)))];
    }

    private List<int> Prompt(WriteRequest request, int row)
    {
        try
        {
            return tokenizer.Encode(request.Prompt);
        }
        catch (UnknownCharacterException unknown)
        {
            throw new InputError([$"rows[{row}].prompt: \"{unknown.Character}\" is a character that the text the model learned from does not have; leave it out."]);
        }
    }

    private string GoOn(WriteRequest request, List<int> tokens, Func<long[], float[]> next)
    {
        var sampler = new Sampler(request.Temperature, request.TopK, request.Seed ?? Random.Shared.NextInt64());
        var first = tokens.Count;
        while (tokens.Count < first + request.MaxTokens)
        {
            var logits = next([.. tokens.Skip(Math.Max(0, tokens.Count - context)).Select(token => (long)token)]);
            var token = sampler.Next(logits);
            if (token == tokenizer.End)
                break;
            tokens.Add(token);
        }
        return tokenizer.Decode(tokens.Skip(first));
    }
}
