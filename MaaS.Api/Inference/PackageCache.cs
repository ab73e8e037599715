// Model packages as folders on this machine, fetched from the artifact store. A folder appears whole or not at all, and every
// file is checked against its hash each time it is about to be loaded. Setting: Serving:CacheFolder.
using System.Security.Cryptography;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using MaaS.Catalog.Models;
using MaaS.Inference;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Inference;

internal sealed class PackageCache(IDbContextFactory<CatalogContext> contexts, ArtifactStore store, IConfiguration configuration)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(7);

    private readonly string _root = configuration["Serving:CacheFolder"]
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "maas", "models");

    /// <returns>The folder with the version's files.</returns>
    /// <exception cref="InvalidDataException">A file in the store is damaged.</exception>
    /// <exception cref="FileNotFoundException">The version, or a file of it, does not exist.</exception>
    public async Task<string> Folder(Guid versionId)
    {
        await using var context = await contexts.CreateDbContextAsync();
        var files = await context.ModelFiles.AsNoTracking().Where(file => file.VersionId == versionId && file.Path != ModelFile.Hdf5).ToListAsync();
        if (files.Count == 0)
            throw new FileNotFoundException("The version has been deleted.");
        var folder = Path.Combine(_root, versionId.ToString());
        if (Directory.Exists(folder) && await LowPriority.Run(() => IsIntact(folder, files)))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return folder;
        }
        await Fetch(folder, files);
        return folder;
    }

    /// <summary>Removes folders that nothing has loaded for a week.</summary>
    public void Tidy()
    {
        if (!Directory.Exists(_root))
            return;
        foreach (var folder in new DirectoryInfo(_root).EnumerateDirectories().Where(found => DateTime.UtcNow - found.LastWriteTimeUtc > s_kept))
            try
            {
                folder.Delete(recursive: true);
            }
            catch (IOException)
            {
                // Another replica on this machine is removing it too, or is reading it; next time.
            }
    }

    private async Task Fetch(string folder, List<ModelFile> files)
    {
        var aside = Path.Combine(_root, $"{Path.GetFileName(folder)}.{Guid.NewGuid():n}");
        try
        {
            foreach (var file in files)
            {
                var path = Inside(aside, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using var from = store.OpenRead(file.Sha256);
                await using var to = File.Create(path);
                await from.CopyToAsync(to);
            }
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(aside, folder);
        }
        catch (IOException) when (Directory.Exists(folder) && Directory.Exists(aside))
        {
            // Another replica on this machine was faster; what it put there is the same.
        }
        finally
        {
            if (Directory.Exists(aside))
                Directory.Delete(aside, recursive: true);
        }
    }

    private static bool IsIntact(string folder, List<ModelFile> files)
    {
        foreach (var file in files)
        {
            var path = Inside(folder, file.Path);
            if (!File.Exists(path))
                return false;
            using var stream = File.OpenRead(path);
            if (stream.Length != file.Bytes || Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
                return false;
        }
        return true;
    }

    private static string Inside(string folder, string path)
    {
        var full = Path.GetFullPath(path, folder);
        return full.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full : throw new InvalidDataException($"The package names the file \"{path}\", which lies outside of it.");
    }
}
