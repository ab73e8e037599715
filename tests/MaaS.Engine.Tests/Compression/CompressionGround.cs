// A folder to compress in: small sources of every family, and what a plan makes of them.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Compression;
using MaaS.Engine.Data;
using MaaS.Engine.Tests.Tasks;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

/// <param name="Made">In the order they were handed over.</param>
internal sealed record Compressed(CompressionReport Report, List<VariantPackage> Made, List<string> Said);

internal sealed class CompressionGround : IDisposable
{
    public TrainingGround Ground { get; } = new();

    public static ImageTraining Images { get; } = new(new ImageMlpNetwork([32, 16]), 12, new AugmentationSpec(Flip: false, Shift: 0)) { Epochs = 6 };

    public void Dispose() => Ground.Dispose();

    /// <returns>The package, and what it was trained on.</returns>
    public (string Package, DataFile Data) Source(TrainingSpec training)
    {
        var data = Ground.DataOf(training);
        return (Ground.Train(training, data).Package, data);
    }

    public CompressionPlace Place(string source, DataFile data) => new(
        source, new Dictionary<Guid, string>(), data, null, new Lineage(null, null, null, "shapes/1"), Directory.CreateDirectory(Path.Combine(Ground.Folder, $"work-{Guid.NewGuid():n}")).FullName);

    public Compressed Run(CompressionPlan plan, CompressionPlace place, Action<VariantPackage>? onVariant = null, CancellationToken? token = null)
    {
        var (made, said) = (new List<VariantPackage>(), new List<string>());
        var outcome = Compressor.Run(plan, place, new Heard(said), package =>
        {
            made.Add(package);
            onVariant?.Invoke(package);
        }, token ?? TestContext.Current.CancellationToken);
        return new(outcome.Report, made, said);
    }

    /// <summary>A recipe on a new source.</summary>
    public Compressed Recipe(TrainingSpec training, params CompressionStep[] steps)
    {
        var (package, data) = Source(training);
        return Run(new RecipePlan(steps), Place(package, data));
    }

    private sealed class Heard(List<string> said) : IProgress<Report>
    {
        public void Report(Report value)
        {
            if (value is Said line)
                said.Add(line.Line);
        }
    }
}
