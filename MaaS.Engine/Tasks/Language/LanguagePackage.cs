// What a language model brings to its package: the graph, its tokenizer, and windows of the held-out text for the check.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Inference;
using MaaS.Inference.Text;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal static class LanguagePackage
{
    private const int PromptTokens = 24;
    private const int SampleTokens = 24;

    // Another processor may order additions differently; a choice as close as this could then fall otherwise.
    private const float SureMargin = 0.01f;

    public static ModelManifest Write(
        string folder, Gpt network, TextParts parts, LanguageTraining spec, ModelMetrics metrics, Lineage lineage, CancellationToken token,
        PackageVariant? variant = null)
    {
        Directory.CreateDirectory(folder);
        TokenizerFile.Write(parts.Tokenizer, Path.Combine(folder, "tokenizer.json"));
        var heldOut = (parts.Test ?? parts.Validation).Tokens;
        var rows = Math.Min(HeldOut.MaxRows, heldOut.Length - spec.Network!.Context);
        network.eval();
        using var quiet = no_grad();
        return ModelPackage.Write(
            folder,
            new PackageContent(
                ModelTask.LanguageModel, GptGraph.Of(network), network, spec,
                [new ModelInput("input_ids", ColumnType.Text, TensorType.Int64, [-1, -1])], null, "text", metrics, lineage,
                TokenizerFile.Text(parts.Tokenizer), variant),
            rows, [Sample(network, parts.Tokenizer, heldOut)], served => Difference(served, network, heldOut, rows, token));
    }

    /// <summary>What training left, from a package's folder.</summary>
    /// <exception cref="UserError">The weights file is not one of a language model.</exception>
    public static (LanguageTraining Training, Tokenizer Tokenizer, Gpt Network) Load(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return Load(saved);
    }

    /// <inheritdoc cref="Load(string)"/>
    public static (LanguageTraining Training, Tokenizer Tokenizer, Gpt Network) Load(SavedNetwork saved)
    {
        var training = saved.Training<LanguageTraining>();
        if (training.Network is null)
            throw new UserError($"{saved.Name} does not say what kind of network it holds.");
        var tokenizer = TokenizerOf(saved);
        var network = new Gpt(training.Network, tokenizer.Size);
        saved.Into(network);
        return (training, tokenizer, network);
    }

    /// <summary>A package from a weights file alone, checked on a text made up of plain tokens.</summary>
    /// <exception cref="UserError">The weights file is not one of a language model.</exception>
    public static ModelManifest Rebuild(string folder, SavedNetwork saved, Lineage lineage, CancellationToken token)
    {
        const int windows = 64;
        var (training, tokenizer, network) = Load(saved);
        int[] all = [.. Enumerable.Range(0, tokenizer.Vocabulary.Count)];
        int[] plain = [.. all.Where(id => tokenizer.Decode([id]).All(character => character is >= ' ' and <= '~'))];
        var drawn = new SplitMix64(1);
        var known = plain.Length > 0 ? plain : all;
        var part = new TextPart([.. Enumerable.Range(0, network.Spec.Context + windows).Select(_ => known[drawn.Below(known.Length)])], 1);
        return Write(folder, network, new TextParts(tokenizer, part, part, part), training, ModelMetrics.None, lineage, token);
    }

    private static Tokenizer TokenizerOf(SavedNetwork saved)
    {
        try
        {
            return TokenizerFile.Parse(saved.Encoder<JsonElement>().GetRawText());
        }
        catch (ModelLoadException broken)
        {
            throw new UserError($"The encoder of {saved.Name} is no tokenizer this server knows: {broken.Message}", broken);
        }
    }

    /// <summary>Largest difference of a next token's probability, over windows spread evenly over the held-out text.</summary>
    private static double Difference(Model served, Gpt network, int[] heldOut, int rows, CancellationToken token)
    {
        var (context, vocabulary) = (network.Spec.Context, network.Vocabulary);
        var atOnce = Math.Clamp((int)(16_000_000L / ((long)context * vocabulary)), 1, 64);
        var step = (double)(heldOut.Length - context) / rows;
        var worst = 0.0;
        for (var first = 0; first < rows; first += atOnce)
        {
            token.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var windows = Math.Min(atOnce, rows - first);
            var tokens_BT = Enumerable.Range(first, windows).SelectMany(row => heldOut.AsSpan((int)(row * step), context).ToArray()).Select(id => (long)id).ToArray();
            var onnx_BTV = tensor(served.Logits(tokens_BT, windows), [windows, context, vocabulary]);
            var torch_BTV = network.call(tensor(tokens_BT, [windows, context]).to(network.parameters().First().device)).cpu();
            var difference = (onnx_BTV.softmax(-1) - torch_BTV.softmax(-1)).abs_().max().item<float>();
            worst = float.IsFinite(difference) ? Math.Max(worst, difference) : double.PositiveInfinity;
        }
        return worst;
    }

    /// <summary>A prompt from the held-out text, with as many of the most probable tokens as are beyond doubt.</summary>
    private static Dictionary<string, JsonElement> Sample(Gpt network, Tokenizer tokenizer, int[] heldOut)
    {
        // Cut at a whole character, and without an end of document: what is asked must be a text.
        var prompt = tokenizer.Decode(heldOut.Take(PromptTokens)).TrimEnd('\uFFFD');
        var tokens = tokenizer.Encode(prompt);
        var sure = 0;
        for (; sure < SampleTokens; sure++)
        {
            using var scope = NewDisposeScope();
            var seen_1T = tensor([.. tokens.Skip(Math.Max(0, tokens.Count - network.Spec.Context)).Select(id => (long)id)], dtype: ScalarType.Int64).unsqueeze(0);
            var (best, which) = network.call(seen_1T.to(network.parameters().First().device))[0, -1].cpu().topk(2);
            if (best[0].item<float>() - best[1].item<float>() < SureMargin)
                break;
            tokens.Add((int)which[0].item<long>());
        }
        return new Dictionary<string, JsonElement>
        {
            ["prompt"] = JsonSerializer.SerializeToElement(prompt),
            ["max_tokens"] = JsonSerializer.SerializeToElement(Math.Max(1, sure)),
            ["temperature"] = JsonSerializer.SerializeToElement(0),
        };
    }
}
