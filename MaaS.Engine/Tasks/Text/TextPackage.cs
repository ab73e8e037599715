// What a text model brings to its package: one input, the raw text, and held-out texts as a caller sends them.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks.Tabular;

namespace MaaS.Engine.Tasks.Text;

internal static class TextPackage
{
    public static ModelManifest Write(string folder, TextTask task, TextTraining spec, Table test, ModelMetrics metrics, Lineage lineage, PackageVariant? variant = null)
    {
        var rows = test.Select([.. Enumerable.Range(0, Math.Min(HeldOut.MaxRows, test.RowCount))]);
        var texts = TextTask.TextsOf(rows, task.Text);
        var classes = task.Target.Outputs;
        var answers_NC = task.Answers(rows);
        var sample = texts.Take(HeldOut.SampleRows).Select(text => new Dictionary<string, JsonElement> { [task.Text] = JsonSerializer.SerializeToElement(text) });
        return ModelPackage.Write(
            folder,
            new PackageContent(
                ModelTask.TextClassification, TextGraph.Of(task), task.Network, spec,
                [new ModelInput(task.Text, ColumnType.Text, TensorType.String, [-1, 1])], task.Target.Labels, task.Target.Name, metrics, lineage,
                SavedNetwork.Json(Learned.Of(task.Encoder, task.Target)), variant),
            texts.Length, [.. sample], served => texts.Chunk(TextTask.RowsAtOnce).Index().Max(piece => ModelPackage.Difference(
                served,
                new HeldOut([piece.Item], piece.Item.Length, answers_NC.AsSpan(piece.Index * TextTask.RowsAtOnce * classes, piece.Item.Length * classes).ToArray(), 1, []),
                task.Target.Labels)));
    }

    /// <summary>What training left, from a package's folder.</summary>
    /// <exception cref="UserError">The weights file is not one of a text's network.</exception>
    public static (TextTraining Training, Encoder Encoder, Target Target, Network Network) Load(string folder)
    {
        using var saved = SavedNetwork.Read(folder);
        return Load(saved);
    }

    /// <inheritdoc cref="Load(string)"/>
    public static (TextTraining Training, Encoder Encoder, Target Target, Network Network) Load(SavedNetwork saved)
    {
        var (training, learned) = (saved.Training<TextTraining>(), saved.Encoder<Learned>());
        if (training.Network is not { } spec)
            throw new UserError($"{saved.Name} does not say what kind of network it holds.");
        var encoder = learned.Encoder(spec, saved.Name);
        var network = Network.For(encoder, learned.Target.Outputs);
        saved.Into(network);
        return (training, encoder, learned.Target, network);
    }

    /// <summary>A package from a weights file alone, checked on texts made up of the characters that the encoder knows.</summary>
    /// <exception cref="UserError">The weights file is not one of a text's network.</exception>
    public static ModelManifest Rebuild(string folder, SavedNetwork saved, Lineage lineage)
    {
        const int count = 200, longest = 60;
        var (training, encoder, target, network) = Load(saved);
        var random = new SplitMix64(1);
        System.Text.Rune[] known = [.. encoder.Alphabet.Codes.Keys];
        string Text() => string.Concat(Enumerable.Range(0, random.Below(longest)).Select(_ => random.Below(5) == 0 ? " " : known[random.Below(known.Length)].ToString()));
        var rows = new Table(
        [
            new TextColumn(training.Text, [.. Enumerable.Range(0, count).Select(_ => Text())]),
            new CategoryColumn(target.Name, [.. Enumerable.Range(0, count).Select(row => row % target.Outputs)], target.Labels!),
        ]);
        using var task = new TextTask(encoder, training.Text, target, network, training.LabelSmoothing, rows, rows, TorchSharp.torch.CPU);
        return Write(folder, task, training, rows, ModelMetrics.None, lineage);
    }

    /// <param name="Characters">Known characters, and the code of each.</param>
    /// <param name="Terms">Known terms in the order of their numbers, from 1 on.</param>
    private sealed record Learned(string Characters, long[] Codes, long[] Terms, Target Target)
    {
        public static Learned Of(Encoder encoder, Target target) => new(
            string.Concat(encoder.Alphabet.Codes.Keys), [.. encoder.Alphabet.Codes.Values],
            [.. encoder.Vocabulary.OrderBy(term => term.Value).Select(term => term.Key)], target);

        public Encoder Encoder(TextNetwork spec, string name)
        {
            var runes = Characters.EnumerateRunes().ToArray();
            if (runes.Length != Codes.Length || runes.Distinct().Count() != runes.Length || Terms.Distinct().Count() != Terms.Length)
                throw new UserError($"The encoder of {name} lists a character or a term twice, or not a code for each character.");
            return new Encoder(
                spec, new Alphabet(runes.Zip(Codes).ToDictionary(pair => pair.First, pair => pair.Second)),
                Terms.Select((term, place) => (term, Number: place + 1L)).ToDictionary(term => term.term, term => term.Number));
        }
    }
}
