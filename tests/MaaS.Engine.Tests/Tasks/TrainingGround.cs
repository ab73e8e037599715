// A folder to train in, with small data for every family, and what is left of a training there.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

/// <param name="Measured">Each loss that was measured, of the training and of the validation part, with its step.</param>
/// <param name="Last">The last value of every figure.</param>
internal sealed record Training(ModelManifest Manifest, List<(string Key, long Step, double Loss)> Measured, Dictionary<string, double> Last, List<string> Said, string Package)
{
    /// <summary>Of the validation part.</summary>
    public List<(long Step, double Loss)> Losses => [.. Measured.Where(point => point.Key == "val_loss").Select(point => (point.Step, point.Loss))];

    /// <summary>By name, each as its bytes.</summary>
    public List<(string Name, string Bytes)> Weights()
    {
        var (weights, _) = Safetensors.Read(Path.Combine(Package, ModelManifest.Weights));
        return [.. weights.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => (weight.Key, Convert.ToHexString(weight.Value.bytes)))];
    }
}

internal sealed class TrainingGround : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("maas-training-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public DataFile DataOf(TrainingSpec spec) => spec switch
    {
        TabularTraining { Target: "price" } => Written(SampleData.Prices, 600),
        TabularTraining => Written(SampleData.Churn, 800),
        ImageTraining => Written(SampleData.Shapes, 240),
        TextTraining => Lined("letters.csv", Letters(90)),
        LanguageTraining => Written(SampleData.Stories, 100),
        _ => Written(SampleData.Films, 3_000),
    };

    /// <summary>To a help desk, under a header.</summary>
    public static string[] Letters(int rows)
    {
        string[] bills = ["my invoice is wrong", "I want a refund", "please send the bill again"], faults = ["the app crashes", "I cannot log in", "error on every page"];
        return [.. Enumerable.Range(0, rows).Select(row => row % 2 == 0 ? $"{bills[row % 3]} {row},billing" : $"{faults[row % 3]} {row},technical").Prepend("message,team")];
    }

    public DataFile Written(SampleData sample, int rows, int seed = 1)
    {
        var path = Path.Combine(Folder, $"{seed}-{sample.FileName}");
        using (var file = File.Create(path))
            sample.Write(file, rows, seed);
        return Profiled(path);
    }

    public DataFile Lined(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllLines(path, lines);
        return Profiled(path);
    }

    /// <param name="source">The package to go on from.</param>
    /// <param name="every">See <see cref="Checkpointing"/>.</param>
    public Training Train(TrainingSpec spec, DataFile data, string? source = null, string? resumeFrom = null, Action<string, long>? keep = null, TimeSpan every = default)
    {
        var (measured, last, said, package) = (new List<(string, long, double)>(), new Dictionary<string, double>(), new List<string>(), Path.Combine(Folder, $"package-{Guid.NewGuid():n}"));
        var outcome = ModelTraining.Run(
            spec, data, null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(Folder, resumeFrom, keep, every), package, source),
            new Heard(report =>
            {
                if (report is Measured point && point.Key.EndsWith("loss", StringComparison.Ordinal)) measured.Add((point.Key, point.Step, point.Value));
                if (report is Measured figure) last[figure.Key] = figure.Value;
                if (report is Said line) said.Add(line.Line);
            }), TestContext.Current.CancellationToken);
        return new(outcome.Manifest, measured, last, said, package);
    }

    private static DataFile Profiled(string path) =>
        new(path, Path.GetFileName(path), Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken, name: Path.GetFileName(path)));

    private sealed class Heard(Action<Report> heard) : IProgress<Report>
    {
        public void Report(Report value) => heard(value);
    }
}
