// Every family trained once undisturbed and five times killed at a random moment: whether a resumed training ends where it would have.
// The process of the job is killed as an operator would (SIGKILL), on a real platform; its worker takes the job up again by itself.
using System.Diagnostics;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class Resume
{
    private const int Kills = 5;

    /// <summary>A sample of the product's own, and a training on it that takes some seconds, dropout and all.</summary>
    private static readonly (string Family, string Sample, TrainingSpec Training)[] s_families =
    [
        ("tables", "churn", new TabularTraining("churned", Network: new MlpNetwork([64, 32])) { Epochs = 30, Patience = 0, Device = DeviceChoice.Cpu }),
        ("texts", "messages", new TextTraining("message", "topic", new BagNetwork()) { Epochs = 40, Patience = 0, Device = DeviceChoice.Cpu }),
        ("images", "shapes", new ImageTraining(new ConvolutionalNetwork([16, 32])) { Epochs = 12, Patience = 0, Device = DeviceChoice.Cpu }),
        ("language", "stories", new LanguageTraining(Network: new GptNetwork(Layers: 2, Heads: 2, Width: 64, Context: 32), Steps: 1200) { Epochs = 12, Patience = 0, Device = DeviceChoice.Cpu }),
        ("recommendation", "films", new RecommendationTraining("user_id", "film", Time: "watched_on", Network: new BayesianRanking()) { Epochs = 60, Patience = 0, Device = DeviceChoice.Cpu }),
    ];

    public static async Task Measure(Results results)
    {
        var client = await Platform.SignIn();
        var (largest, random) = (0.0, new Random(1));
        foreach (var (family, sample, training) in s_families)
        {
            var data = await Platform.Profiled(client, (await client.SampleDataset(sample)).Latest!);
            var (own, watch) = (0.0, Stopwatch.StartNew());
            var undisturbed = await Points(client, await Trained(client, data, training, null));
            var took = watch.Elapsed;
            for (var i = 0; i < Kills; i++)
            {
                var killed = await Points(client, await Trained(client, data, training, took * (0.3 + 0.6 * random.NextDouble())));
                own = Math.Max(own, Difference(family, undisturbed, killed));
            }
            largest = Math.Max(largest, own);
            results.Add($"resume.max_loss_difference_{family}", own, "", "0");
        }
        results.Add("resume.max_loss_difference", largest, "", "0");
    }

    private static async Task<JobView> Trained(MaaSClient client, DatasetVersionView data, TrainingSpec training, TimeSpan? killAfter)
    {
        var job = await client.Submit(new TrainJob(data.Id, training));
        if (killAfter is { } moment)
        {
            await Task.Delay(moment);
            foreach (var process in Processes(job.Id))
                process.Kill();
        }
        return await Platform.Finished(client, job.Id);
    }

    /// <summary>The job's own process: "MaaS.Worker run (job) (attempt)".</summary>
    private static IEnumerable<Process> Processes(Guid job) =>
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        let command = CommandOf(folder)
        where command.Contains($"run\0{job}\0", StringComparison.Ordinal)
        select Process.GetProcessById(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));

    private static string CommandOf(string process)
    {
        try { return File.ReadAllText(Path.Combine(process, "cmdline")); }
        catch (IOException) { return ""; } // it has ended
    }

    private static async Task<IReadOnlyList<MetricSeries>> Points(MaaSClient client, JobView job) =>
        [.. (await client.Metrics(job.RunId!.Value)).Where(series => series.Key.EndsWith("loss", StringComparison.Ordinal))];

    private static double Difference(string family, IReadOnlyList<MetricSeries> one, IReadOnlyList<MetricSeries> other)
    {
        var pairs = one.Zip(other, (left, right) => left.Points.Zip(right.Points, (a, b) => (a, b))).SelectMany(pair => pair).ToList();
        return one.Select(series => (series.Key, series.Count)).SequenceEqual(other.Select(series => (series.Key, series.Count))) && pairs.All(pair => pair.a.Step == pair.b.Step)
            ? pairs.Max(pair => Math.Abs(pair.a.Value - pair.b.Value))
            : throw new InvalidOperationException($"{family}: a resumed training stored other points than an undisturbed one.");
    }
}
