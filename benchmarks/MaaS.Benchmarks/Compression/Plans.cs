// One compression without the platform around it: a plan, a source's package and its data in, the report out.
using System.Globalization;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Engine.Data;

namespace MaaS.Benchmarks.Compression;

internal static class Plans
{
    /// <param name="onVariant">Sees each variant's package while it is there.</param>
    public static CompressionReport Run(CompressionPlan plan, string source, DataFile data, Action<VariantPackage>? onVariant = null, CancellationToken token = default)
    {
        var work = Directory.CreateTempSubdirectory("maas-bench-").FullName;
        try
        {
            var place = new CompressionPlace(source, new Dictionary<Guid, string>(), data, null, new Lineage(null, null, null), work);
            return Compressor.Run(plan, place, new Shown(), made => onVariant?.Invoke(made), token).Report;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Tells of epochs and variants as they come: a compression takes minutes.</summary>
    public sealed class Shown : IProgress<Report>
    {
        public void Report(Report value)
        {
            if (value is Said said)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {DateTime.Now:HH:mm:ss} {said.Line}"));
        }
    }
}
