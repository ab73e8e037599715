// The files a job leaves, from its folder into the store.
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Contracts.Models;

namespace MaaS.Worker.Runs;

internal static class PackageFiles
{
    /// <param name="prefix">Before each file's name.</param>
    public static async Task<IReadOnlyList<PackageFile>> Store(ArtifactStore artifacts, string folder, string prefix, CancellationToken token)
    {
        var files = new List<PackageFile>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var (sha256, bytes) = await Outage.Outlast(async () =>
            {
                await using var file = File.OpenRead(path);
                return await artifacts.Write(file, long.MaxValue, token);
            }, token);
            files.Add(new PackageFile($"{prefix}{Path.GetFileName(path)}", bytes, sha256));
        }
        return files;
    }
}
