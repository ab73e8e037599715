// A small model of each family in a package, trained on the samples that ship with the product.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Training;
using Xunit;

namespace MaaS.Engine.Tests.Packages;

internal sealed class Trained : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-trained-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="sample"><see cref="SampleData.Churn"/> for classes, <see cref="SampleData.Prices"/> for a number.</param>
    public string Table(SampleData sample, TabularNetwork network) => Run(new TabularTraining(sample.Target, Network: network) { Epochs = 1 }, Written(sample, 400));

    public string Images(ImageNetwork network) => Run(new ImageTraining(network, 12) { Epochs = 1 }, Written(SampleData.Shapes, 100));

    public string Text(TextNetwork? network = null)
    {
        var path = Path.Combine(_folder, "letters.csv");
        string[] bills = ["my invoice is wrong", "I want a refund", "please send the bill again"], faults = ["the app crashes", "I cannot log in", "error on every page"];
        File.WriteAllLines(path, Enumerable.Range(0, 90).Select(row => row % 2 == 0 ? $"{bills[row % 3]} £{row},billing" : $"{faults[row % 3]} ÄÖ{row},technical").Prepend("message,team"));
        return Run(new TextTraining("message", "team", network ?? new BagNetwork(2, 4, 4)) { Epochs = 1 }, path);
    }

    public string Language(TokenizerKind kind) => Run(
        new LanguageTraining(new TokenizerSpec(kind, 300), new GptNetwork(Layers: 1, Heads: 2, Width: 16, Context: 16, Positions: kind == TokenizerKind.BytePairs ? GptPositions.Rotary : GptPositions.Learned), Steps: 2) { Epochs = 1 },
        Written(SampleData.Stories, 60));

    public string Recommender(RecommendationNetwork network) => Run(
        new RecommendationTraining("user_id", "film", network is BiasedFactorization ? "rating" : null, "watched_on", network) { Epochs = 1 }, Written(SampleData.Films, 3_000));

    private string Written(SampleData sample, int rows)
    {
        var path = Path.Combine(_folder, sample.FileName);
        using var file = File.Create(path);
        sample.Write(file, rows);
        return path;
    }

    private string Run(TrainingSpec spec, string path)
    {
        var package = Path.Combine(_folder, $"package-{Guid.NewGuid():n}");
        var data = new DataFile(path, Path.GetFileName(path), Profiler.Profile(path, new ReadingOptions(), token: TestContext.Current.CancellationToken, name: Path.GetFileName(path)));
        ModelTraining.Run(
            spec, data, null, new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder, null, null), package), new Progress<Report>(),
            TestContext.Current.CancellationToken);
        return package;
    }
}
