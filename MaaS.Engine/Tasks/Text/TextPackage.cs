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
    public static ModelManifest Write(string folder, TextTask task, TextTraining spec, Table test, ModelMetrics metrics, Lineage lineage)
    {
        var rows = test.Select([.. Enumerable.Range(0, Math.Min(HeldOut.MaxRows, test.RowCount))]);
        var texts = TextTask.TextsOf(rows, task.Text);
        var sample = texts.Take(HeldOut.SampleRows).Select(text => new Dictionary<string, JsonElement> { [task.Text] = JsonSerializer.SerializeToElement(text) });
        return ModelPackage.Write(
            folder,
            new PackageContent(
                ModelTask.TextClassification, TextGraph.Of(task), task.Network, spec,
                [new ModelInput(task.Text, ColumnType.Text, TensorType.String, [-1, 1])], task.Target.Labels, task.Target.Name, metrics, lineage,
                SavedNetwork.Json(Learned.Of(task.Encoder, task.Target))),
            new HeldOut([texts], texts.Length, task.Answers(rows), 1, [.. sample]));
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
