// A language model end to end, on real libtorch and real ONNX Runtime: it learns, it repeats to the bit, it goes on where it was,
// and its package writes on from a prompt.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Training;
using MaaS.Inference;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Tasks;

public sealed class LanguageRunTests : IDisposable
{
    private static readonly GptNetwork s_small = new(Layers: 2, Heads: 2, Width: 32, Context: 32);

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-language-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_of_the_sample_stories_knows_far_more_than_how_frequent_each_letter_is()
    {
        var (outcome, _) = Train(new LanguageTraining(Network: s_small, Steps: 300) { Epochs = 3 });
        var metrics = outcome.Manifest.Metrics;
        Assert.True(metrics.Values["loss"] < 0.6 * metrics.Baseline["loss"], $"loss {metrics.Values["loss"]}, by frequency {metrics.Baseline["loss"]}");
        Assert.Equal(Math.Exp(metrics.Values["loss"]), metrics.Values["perplexity"], 1e-9);
        Assert.Equal(metrics.Values["loss"] / Math.Log(2), metrics.Values["bits_per_byte"], 1e-3); // one byte a character here
        Assert.Equal("test", metrics.Split);
        Assert.Equal(1_000, outcome.Manifest.ParityRows);
    }

    public static TheoryData<TokenizerSpec, GptNetwork> Kinds => new()
    {
        { new TokenizerSpec(TokenizerKind.Bytes), s_small with { Activation = GptActivation.SwiGlu } },
        { new TokenizerSpec(TokenizerKind.BytePairs, 400), s_small with { Positions = GptPositions.Rotary } },
        { new TokenizerSpec(), s_small with { Heads = 4, KeyValueHeads = 2, Positions = GptPositions.Rotary, Activation = GptActivation.SwiGlu, Dropout = 0.1 } },
        { new TokenizerSpec(), s_small with { KeyValueHeads = 1 } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_network_and_tokens_is_exported_and_writes_on(TokenizerSpec tokenizer, GptNetwork network)
    {
        var (outcome, _) = Train(new LanguageTraining(tokenizer, network, Steps: 40) { Epochs = 2 });
        Assert.InRange(outcome.Manifest.ParityMaxDifference, 0, 1e-4);
        Assert.Equal(["model.onnx", "sample.json", "tokenizer.json", "weights.safetensors"], outcome.Manifest.Files.Select(file => file.Path));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        var asked = Row("""{"prompt": "One morning Anna", "max_tokens": 70, "temperature": 0.8, "seed": 3}""");
        var text = model.Predict([asked]).Single().Text;
        Assert.NotEmpty(text!);
        Assert.Equal(text, model.Predict([asked]).Single().Text);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void The_same_seed_gives_the_same_losses_to_the_bit_and_a_resumed_run_goes_on_alike(double dropout)
    {
        var spec = new LanguageTraining(Network: s_small with { Dropout = dropout }, Steps: 60) { Epochs = 4, BatchSize = 16 };
        var saved = new List<string>();
        var whole = Train(spec, keep: (path, _) =>
        {
            saved.Add($"{path}.{saved.Count}");
            File.Copy(path, saved[^1]);
        });
        Assert.Equal(whole.Losses, Train(spec).Losses);
        var resumed = Train(spec, resumeFrom: saved[1]);
        Assert.Equal(whole.Losses.Skip(4), resumed.Losses);
        Assert.Equal(whole.Outcome.Manifest.Metrics.Values, resumed.Outcome.Manifest.Metrics.Values);
    }

    [Fact]
    public void Threads_that_share_a_step_come_to_the_gradient_of_one()
    {
        using var scope = NewDisposeScope();
        var tokens = Enumerable.Range(0, 2_000).Select(i => i * i % 17).ToArray();
        Tensor Gradient(int threads)
        {
            random.manual_seed(1);
            var task = new LanguageTask(new Gpt(s_small, 17), new TextPart(tokens, 1), new TextPart(tokens, 1), 7, CPU, threads);
            var parameters = new FlatParameters(task.Network, task.IsHidden);
            task.Backward(tensor(task.Order(1, 1)), 0.5, parameters);
            return parameters.Gradient;
        }
        var (one, three) = (Gradient(1), Gradient(3));
        Assert.True(one.norm().item<float>() > 0.01);
        Assert.InRange((one - three).abs().max().item<float>(), 0, 1e-6);
        Assert.Equal(three.data<float>().ToArray(), Gradient(3).data<float>().ToArray());
    }

    [Fact]
    public void Documents_of_json_lines_end_where_they_end()
    {
        var path = Path.Combine(_folder, "documents.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 800).Select(i => JsonSerializer.Serialize(new { id = i, text = $"{i % 10} and one is {i % 10 + 1}." })));
        Train(new LanguageTraining(Network: s_small, Steps: 400) { Epochs = 2 }, Profiled(path));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(" is 5.", model.Predict([Row("""{"prompt": "4 and one", "temperature": 0}""")]).Single().Text);
    }

    [Theory]
    [InlineData("""{}""", "rows[0].prompt: a text to go on from is needed.")]
    [InlineData("""{"prompt": 7}""", "rows[0].prompt: 7 is not a text.")]
    [InlineData("""{"prompt": "Ж"}""", "rows[0].prompt: \"Ж\" is a character that the text the model learned from does not have; leave it out.")]
    [InlineData("""{"prompt": "One", "max_tokens": 0}""", "rows[0].max_tokens: 0 is not a whole number from 1 to 2000.")]
    [InlineData("""{"prompt": "One", "temperature": "hot"}""", "rows[0].temperature: \"hot\" is not a number from 0 to 5.")]
    [InlineData("""{"prompt": "One", "length": 3}""", "rows[0].length: a language model has no such field; it takes prompt, max_tokens, temperature, top_k and seed.")]
    public void A_request_that_is_wrong_is_told_where_and_what_is_allowed(string row, string problem)
    {
        Train(new LanguageTraining(Network: s_small, Steps: 2) { Epochs = 1 });
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(problem, Assert.Throws<InputError>(() => model.Predict([Row(row)])).Message);
    }

    [Fact]
    public void Of_the_most_probable_one_only_one_can_be_drawn()
    {
        Train(new LanguageTraining(Network: s_small, Steps: 30) { Epochs = 1 });
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(
            model.Predict([Row("""{"prompt": "One", "temperature": 0, "max_tokens": 20}""")]).Single().Text,
            model.Predict([Row("""{"prompt": "One", "temperature": 2, "top_k": 1, "max_tokens": 20}""")]).Single().Text);
    }

    [Fact]
    public void A_text_shorter_than_the_context_is_a_sentence()
    {
        var path = Path.Combine(_folder, "short.txt");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("It was short.\nIt end.\n", 10)));
        var error = Assert.Throws<UserError>(() => Train(new LanguageTraining(Network: s_small), Profiled(path)));
        Assert.Equal("The validation part of the text has 22 tokens; a context of 32 needs 34. Add text, enlarge the part, or lower training.network.context.", error.Message);
    }

    [Fact]
    public void More_windows_than_can_be_drawn_at_once_are_a_sentence()
    {
        var error = Assert.Throws<UserError>(() => Train(new LanguageTraining(Network: s_small, Steps: 10_000_000) { Epochs = 1, Accumulation = 1024, BatchSize = 64 }));
        Assert.Equal("training.epochs is 1, which leaves 655,360,000,000 windows between two looks at the validation part; at most 50,000,000 are allowed. Raise training.epochs, or lower training.steps, training.batch_size or training.accumulation.", error.Message);
    }

    [Fact]
    public void A_table_is_no_text_to_learn_from()
    {
        var path = Path.Combine(_folder, "table.csv");
        File.WriteAllText(path, "a,b\n1,2\n3,4\n");
        var error = Assert.Throws<UserError>(() => Train(new LanguageTraining(Network: s_small), Profiled(path)));
        Assert.StartsWith("table.csv is not a text:", error.Message, StringComparison.Ordinal);
    }

    private (TrainingOutcome Outcome, List<double> Losses) Train(
        LanguageTraining spec, DataFile? data = null, string? resumeFrom = null, Action<string, long>? keep = null)
    {
        var losses = new List<double>();
        var progress = new Heard(report =>
        {
            if (report is Measured { Key: "train_loss" or "val_loss" } loss) losses.Add(loss.Value);
            if (report is Said spoken) TestContext.Current.TestOutputHelper?.WriteLine(spoken.Line);
        });
        var package = Path.Combine(_folder, "package");
        if (Directory.Exists(package))
            Directory.Delete(package, recursive: true);
        var outcome = ModelTraining.Run(
            spec, data ?? Stories(), null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, resumeFrom, keep), package), progress,
            TestContext.Current.CancellationToken);
        return (outcome, [.. losses]);
    }

    private DataFile Stories()
    {
        var path = Path.Combine(_folder, SampleData.Stories.FileName);
        using (var text = File.CreateText(path))
            SampleData.Stories.Write(text, rows: 120);
        return Profiled(path);
    }

    private static DataFile Profiled(string path) =>
        new(path, Path.GetFileName(path), Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken, name: Path.GetFileName(path)));

    private static Dictionary<string, JsonElement> Row(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
