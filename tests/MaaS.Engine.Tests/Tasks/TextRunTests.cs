// Training on texts end to end, on real libtorch and real ONNX Runtime: it learns, its graph reads every text as training does, it
// goes on where it was.
using System.Text;
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using MaaS.Engine.Training;
using MaaS.Inference;
using Xunit;
using TextEncoder = MaaS.Engine.Tasks.Text.Encoder;
using TextNet = MaaS.Engine.Tasks.Text.Network;

namespace MaaS.Engine.Tests.Tasks;

public sealed class TextRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-text-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<TextNetwork, OptimizerSpec?> Networks => new()
    {
        { new BagNetwork(2, 0), null },
        { new BagNetwork(1, 4), null },
        { new TransformerTextNetwork(2, 2, 32), null },
        { new TransformerTextNetwork(1, 4, 32, 16, GptPositions.Rotary), new MuonSpec() },
    };

    [Theory, MemberData(nameof(Networks))]
    public void A_model_beats_the_trivial_baseline_and_answers_raw_text(TextNetwork network, OptimizerSpec? optimizer)
    {
        var (outcome, _) = Train(new TextTraining("message", "team", network, LabelSmoothing: 0.05) { Epochs = 15, Optimizer = optimizer }, Letters(1_500));

        var (metrics, manifest) = (outcome.Manifest.Metrics, outcome.Manifest);
        Assert.True(metrics.Values["accuracy"] > 0.85, $"accuracy {metrics.Values["accuracy"]}");
        Assert.True(metrics.Baseline["accuracy"] < 0.6);
        Assert.InRange(metrics.Values["mcc"], 0.7, 1);
        Assert.InRange(manifest.ParityMaxDifference, 0, 1e-4);
        Assert.Equal((ModelTask.TextClassification, "message", ColumnType.Text), (manifest.Task, Assert.Single(manifest.Inputs).Name, manifest.Inputs[0].Kind));

        using var model = Model.Load(Path.Combine(_folder, "package"));
        var answers = model.Predict([Row("My INVOICE is wrong, refund please!"), Row("the app crashes"), Row("")]);
        Assert.Equal(["billing", "technical"], answers.Take(2).Select(answer => answer.Label));
        Assert.Equal(1, answers[2].Probabilities!.Values.Sum(), 1e-5);
    }

    public static TheoryData<TextNetwork> Readers =>
    [
        new BagNetwork(3, 4, 4) { VocabularySize = 100_000, MaxCharacters = 200, Dropout = 0 },
        new TransformerTextNetwork(2, 2, 8, 64) { MaxCharacters = 200 },
        new TransformerTextNetwork(1, 2, 16, 5, GptPositions.Rotary) { MaxCharacters = 2_000 },
    ];

    [Theory, MemberData(nameof(Readers))]
    public void The_graph_reads_every_text_as_training_does(TextNetwork network)
    {
        var texts = Strange(1_000);
        string[] half = [.. texts.Where((_, row) => row % 2 == 0)];
        // Everything seen twice, so that the vocabulary holds many terms of strange texts.
        var encoder = TextEncoder.Fit([.. half, .. half], network);
        var target = new Target("class", ["a", "b"]);
        var table = new Table([new TextColumn("text", [.. texts]), new TextColumn("class", [.. texts.Select((_, row) => row % 2 == 0 ? "a" : "b")])]);
        using var task = new TextTask(encoder, "text", target, TextNet.For(encoder, 2), 0, table, table, TorchSharp.torch.CPU);

        var manifest = TextPackage.Write(_folder, task, new TextTraining("text", "class"), table, task.Test(table, "all"), new Lineage(null, null, null));

        Assert.Equal(1_000, manifest.ParityRows);
        Assert.InRange(manifest.ParityMaxDifference, 0, 1e-5);
        // Alone and with nothing to read, whatever it was exported among.
        using var model = Model.Load(_folder);
        foreach (var text in (string[])["", " \t ", "a", "\U0001F600", "\uD83D", "\0", new string('x', 5_000), string.Join(' ', Enumerable.Repeat("a !", 3_000))])
        {
            var own = new Table([new TextColumn("text", [text]), new TextColumn("class", ["a"])]);
            var answer = Assert.Single(model.Predict([Row(text, "text")])).Probabilities!;
            Assert.Equal(task.Answers(own), [answer["a"], answer["b"]], (one, other) => Math.Abs(one - other) < 1e-5);
        }
    }

    [Fact]
    public void Words_are_read_without_case_digits_or_neighbouring_marks()
    {
        var alphabet = Alphabet.Fit(["ÄRGER 12 £!"]);
        Assert.Equal(alphabet.Read("ärger 34", 100), alphabet.Read("ÄRGER 12", 100));
        Assert.Equal(4, Terms.Of(alphabet.Read("  Ärger, 12!", 100), 1, 0).Count);
        Assert.Equal(Terms.Of(alphabet.Read("a b", 100), 1, 0).Count + 1, Terms.Of(alphabet.Read("a b", 100), 2, 0).Count);
        Assert.Empty(Terms.Of(alphabet.Read("", 100), 3, 6));
    }

    [Theory, MemberData(nameof(Networks))]
    public void A_run_resumed_after_any_epoch_ends_as_if_it_had_never_stopped(TextNetwork network, OptimizerSpec? optimizer)
    {
        var spec = new TextTraining("message", "team", network) { Epochs = 4, Patience = 0, Optimizer = optimizer };
        var data = Letters(400);
        var copy = Path.Combine(_folder, "kept");
        var taken = 0;
        var (whole, losses) = Train(spec, data, keep: (path, _) =>
        {
            if (++taken == 2)
                File.Copy(path, copy);
        });
        var (resumed, rest) = Train(spec, data, copy);

        Assert.Equal(losses.Skip(2), rest);
        Assert.Equal(whole.Manifest.Metrics.Values, resumed.Manifest.Metrics.Values);
    }

    [Fact]
    public void Texts_that_share_no_word_are_a_sentence_to_the_user()
    {
        var texts = Enumerable.Range(0, 40).Select(row => new string((char)('a' + row % 26), row + 1)).ToArray();
        var table = new Table([new TextColumn("message", texts), new TextColumn("team", [.. texts.Select((_, row) => row % 2 == 0 ? "x" : "y")])]);
        var error = Assert.Throws<UserError>(() => Train(new TextTraining("message", "team", new BagNetwork(CharacterNGrams: 0)), table));
        Assert.StartsWith("No word occurs in more than one of the ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spam_is_told_from_messages()
    {
        var (outcome, _) = Train(new TextTraining("text", "class", Split: new SplitSpec(0.05, 0.7, Seed: 1)) { Seed = 1 }, Spam());
        Assert.InRange(outcome.Manifest.Metrics.Values["accuracy"], 0.975, 1);
        Assert.InRange(outcome.Manifest.Metrics.Values["mcc"], 0.9, 1);
    }

    private static Table Spam()
    {
        var rows = File.ReadAllLines(Shared.Data("sms-spam", "SMSSpamCollection.tsv")).Where(line => line.Length > 0).Select(line => line.Split('\t', 2)).ToArray();
        return new Table([new TextColumn("class", [.. rows.Select(row => row[0])]), new TextColumn("text", [.. rows.Select(row => row[1])])]);
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(TextTraining spec, Table data, string? resumeFrom = null, Action<string, long>? keep = null)
    {
        var losses = new List<double>();
        var outcome = TextRun.Run(
            spec, data, null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), Path.Combine(_folder, "package")),
            new Heard(report =>
            {
                if (report is Measured { Key: "train_loss" } loss) losses.Add(loss.Value);
                if (report is Said said) TestContext.Current.TestOutputHelper?.WriteLine(said.Line);
            }),
            TestContext.Current.CancellationToken);
        return (outcome, losses);
    }

    private static Dictionary<string, JsonElement> Row(string text, string column = "message") => new() { [column] = JsonSerializer.SerializeToElement(text) };

    /// <summary>Letters to a help desk, one in twenty with the wrong team.</summary>
    private static Table Letters(int rows)
    {
        var random = new Random(3);
        string[] openings = ["hello", "Hi there,", "dear team", "urgent:", ""];
        string[] bills = ["my invoice is wrong", "I want a refund", "I was charged twice for 2 months", "please send the bill again"];
        string[] faults = ["the app crashes", "I cannot log in", "error 503 on every page", "the page stays white"];
        var messages = new string?[rows];
        var teams = new string?[rows];
        for (var row = 0; row < rows; row++)
        {
            var isBill = random.Next(2) == 0;
            messages[row] = $"{openings[random.Next(openings.Length)]} {(isBill ? bills : faults)[random.Next(4)]} {random.Next(100)} {(random.Next(2) == 0 ? "Thanks!" : "??")}";
            teams[row] = isBill == random.Next(20) > 0 ? "billing" : "technical";
        }
        return new Table([new TextColumn("message", messages), new TextColumn("team", teams)]);
    }

    /// <summary>Random characters of all planes, some of them blanks, marks, digits and NUL; empty and very long ones too.</summary>
    private static string[] Strange(int count)
    {
        var random = new Random(11);
        var texts = new string[count];
        for (var row = 0; row < count; row++)
        {
            var text = new StringBuilder();
            for (var left = row % 97 == 0 ? 3_000 : random.Next(60); left > 0; left--)
                text.Append(random.Next(6) switch
                {
                    0 => " ",
                    1 => ((char)random.Next(128)).ToString(),
                    2 => ((char)random.Next(0xA0, 0x600)).ToString(),
                    3 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
                    4 => ((char)random.Next(0x2000, 0xD800)).ToString(),
                    _ => ((char)('a' + random.Next(4))).ToString(),
                });
            texts[row] = row % 53 == 0 ? "" : text.ToString();
        }
        return texts;
    }

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
