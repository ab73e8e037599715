// How fast the engine trains a GPT: against this machine's own matrix products, against the plain TorchSharp loop, and against
// PyTorch where there is one. Everything takes turns within one run, and medians are compared: a machine is never equally fast twice.
using System.Diagnostics;
using System.Globalization;
using MaaS.Contracts.Training;
using MaaS.Engine;
using MaaS.Engine.Data;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

internal static class LanguageSpeed
{
    private const int Vocabulary = 65, Batch = 12, PeerRounds = 3, PeerParts = 5;

    private static readonly AdamWSpec s_adamW = new(Beta2: 0.99, WeightDecay: 0.1) { LearningRate = 1e-3 };

    public static void Run(Results results)
    {
        var large = new GptNetwork(Layers: 6, Heads: 6, Width: 384, Context: 256);
        Measure(results, large, steps: 3, rounds: LanguageBench.IsShort ? 3 : 7, (".6x384", ">= 0.60"), versus: null);
        Measure(results, new GptNetwork(), steps: 40, rounds: LanguageBench.IsShort ? 3 : 15, (".cpu_setting", ">= 0.50"), versus: ">= 1.15");
    }

    private static void Measure(Results results, GptNetwork spec, int steps, int rounds, (string Name, string Bar) mfu, string? versus)
    {
        using var scope = NewDisposeScope();
        var (threads, why) = LanguageSettings.Threads(spec, Gpt.Multiplied(spec, Vocabulary), Batch);
        Compute.Choose(new LanguageTraining { Device = DeviceChoice.Cpu, Seed = 1 }, threads, crew: true);
        Console.WriteLine($"{spec.Layers}x{spec.Width}, context {spec.Context}, {threads} thread(s): {why}");
        var source = new SplitMix64(1);
        var text = Enumerable.Range(0, 100_000).Select(_ => source.Below(Vocabulary)).ToArray();
        using var engine = new EngineLoop(spec, text, threads);
        using var plain = new PlainGpt(spec, Vocabulary);
        var stock = optim.AdamW(plain.parameters(), 1e-3);
        var text_N = tensor(Array.ConvertAll(text, token => (long)token));

        var (products, ours, theirs) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++) // the first warms everything up
        {
            set_num_threads(threads);
            products.Add(ProductSeconds());
            if (versus is not null)
                theirs.Add(Seconds(() => PlainGpt.Train(plain, stock, text_N, spec.Context, Batch, steps, seed: round + 1)) / steps);
            set_num_threads(1); // the engine has a crew of its own
            ours.Add(Seconds(() => engine.Steps(steps)) / steps);
        }
        var peak = 2 * Math.Pow(2048, 3) / Median(products);
        var flops = LanguageSettings.StepFlops(spec, Gpt.Multiplied(spec, Vocabulary), Batch);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  product of 2048^3 {peak / 1e9:f1} GFLOP/s; a step is {flops / 1e9:f2} GFLOP in {1e3 * Median(ours):f1} ms"));
        LanguageBench.Add(results, $"gpt.mfu_of_gemm_peak{mfu.Name}", flops / Median(ours) / peak, "", mfu.Bar);
        if (versus is null)
            return;
        var tokens = Batch * spec.Context;
        LanguageBench.Add(results, "gpt.tokens_per_second", tokens / Median(ours), "tokens/s", $"the plain loop {tokens / Median(theirs):f0}");
        LanguageBench.Add(results, "gpt.vs_plain", Median(theirs) / Median(ours), "x", versus);
        var (speeds, version) = (new List<double>(), "");
        ours.Clear();
        for (var round = 0; round < PeerRounds; round++) // in turns as well
        {
            if (PyTorchPeer.TokensPerSecond(spec, Vocabulary, Batch) is not { } peer)
                return;
            speeds.Add(peer.TokensPerSecond);
            version = peer.Version;
            for (var part = 0; part < PeerParts; part++)
                ours.Add(Seconds(() => engine.Steps(steps)) / steps);
        }
        var theirSpeed = speeds.Order().ElementAt(PeerRounds / 2);
        LanguageBench.Add(results, "gpt.vs_pytorch", tokens / ours.Order().ElementAt(ours.Count / 2) / theirSpeed, "x", $">= 1.5 over PyTorch {version}, {theirSpeed:f0} tokens/s; ours libtorch 2.10.0");
    }

    private static double ProductSeconds()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (randn(2048, 2048), randn(2048, 2048));
        return Enumerable.Range(0, 3).Min(_ => Seconds(() => left.mm(right)));
    }

    private static double Seconds(Action something)
    {
        var watch = Stopwatch.StartNew();
        something();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Skip(1).Order().ElementAt((values.Count - 1) / 2);

    /// <summary>The steps of the engine's Trainer, with its task, its flat parameters and its AdamW, without its looks and its log.</summary>
    private sealed class EngineLoop : IDisposable
    {
        private readonly LanguageTask _task;
        private readonly FlatParameters _parameters;
        private readonly Optimizer _optimizer;
        private int _epoch;

        public EngineLoop(GptNetwork spec, int[] text, int threads)
        {
            _task = new LanguageTask(new Gpt(spec, Vocabulary), new TextPart(text, text.Length), new TextPart(text[..(spec.Context + 2)], spec.Context + 2), Batch, CPU, threads);
            _parameters = new FlatParameters(_task.Network, _task.IsHidden);
            _optimizer = Optimizer.For(s_adamW, _parameters, _task.Crew);
        }

        public void Steps(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                using var batch = NewDisposeScope();
                _parameters.Gradient.zero_();
                _task.Backward(tensor(_task.Order(_epoch++, 1)), 1, _parameters);
                Trainer.Clip(_parameters.Gradient, 1);
                _optimizer.Step();
            }
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _parameters.Dispose();
            _task.Dispose();
        }
    }
}
