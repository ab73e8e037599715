// The bars of language modelling: losses on tiny Shakespeare, and how much of the machine a step uses. MAAS_BENCH_SHORT=1 runs
// everything for a few steps and writes nothing, to see that it works; figures are worth something on a machine that does nothing else.
using System.Globalization;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;

namespace MaaS.Benchmarks.Training;

internal static class LanguageBench
{
    public static bool IsShort { get; } = Environment.GetEnvironmentVariable("MAAS_BENCH_SHORT") is { Length: > 0 };

    // nanoGPT's CPU setting: 4 layers, 4 heads, 128 wide, context 64, batch 12, 2,000 steps, 90/10 split; the loss is of the whole
    // validation split after the last step, with no choice among looks.
    private static LanguageTraining Setting { get; } = new(Network: new GptNetwork(), Steps: IsShort ? 200 : 2_000, Validation: 0.1, Test: 0)
    {
        BatchSize = 12,
        Epochs = 1,
        Patience = 0,
    };

    private static LanguageTraining Published { get; } = Setting with
    {
        Optimizer = new AdamWSpec(Beta2: 0.99, WeightDecay: 0.1) { LearningRate = 1e-3 },
        Schedule = new CosineSchedule(Floor: 0.1) { WarmUp = 0.05 },
        ClipNorm = 1,
    };

    public static LanguageTraining Best { get; } = Setting with
    {
        Optimizer = new MuonSpec { LearningRate = 0.02 },
        Schedule = new LinearSchedule(),
    };

    public static void Run(Results results)
    {
        if (SharedData.Find("tinyshakespeare", "input.txt") is not { } path)
            return;
        var data = Trainings.File(path);
        Memory(results, data);
        Losses(results, "gpt.val_loss", Published, data, "<= 1.90");
        Losses(results, "gpt.val_loss_muon", Best, data, "<= 1.64");
    }

    private static void Losses(Results results, string name, LanguageTraining spec, DataFile data, string bar)
    {
        var runs = Enumerable.Range(1, IsShort ? 1 : 3).Select(seed => Trainings.Run(spec with { Seed = seed }, data)).ToArray();
        var losses = runs.Select(run => run.Manifest.Metrics.Values["loss"]).ToArray();
        Add(results, name, losses.Average(), "nats", bar);
        Add(results, $"{name}.spread", losses.Max() - losses.Min(), "nats", "largest less smallest of the seeds");
        Add(results, $"{name}.seconds", runs.Average(run => run.Seconds), "s", "a run");
    }

    /// <summary>Resident memory after all steps against after a tenth of them.</summary>
    private static void Memory(Results results, DataFile data)
    {
        var folder = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            var resident = new Dictionary<long, long>();
            var listener = new Listener(report =>
            {
                if (report is Measured { Key: "batch_loss" } point)
                    resident[point.Step] = Environment.WorkingSet;
            });
            ModelTraining.Run(
                Published with { Seed = 1 }, data, null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(folder), Path.Combine(folder, "package")), listener, CancellationToken.None);
            var (early, late) = (resident[Published.Steps / 10 / 50 * 50 is 0 ? 50 : Published.Steps / 10], resident[Published.Steps]);
            Add(results, "memory.growth", 100.0 * (late - early) / early, "%", string.Create(CultureInfo.InvariantCulture, $"<= 5; {early >> 20} MB to {late >> 20} MB"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static void Add(Results results, string name, double value, string unit, string bar)
    {
        if (IsShort)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{value,14:g5} {unit,-12} bar: {bar} (short form, not kept)"));
        else
            results.Add(name, value, unit, bar);
    }

    private sealed class Listener(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
