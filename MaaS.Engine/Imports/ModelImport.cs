// The door for models made elsewhere: a file in, a checked package out. What the file is, its first bytes say; what it is called does not
// matter. Runs in a process of its own, which is ended when it takes too long or too much memory.
using MaaS.Contracts.Models;
using MaaS.Engine.Packages;

namespace MaaS.Engine.Imports;

public static class ModelImport
{
    /// <param name="name">As its owner calls the file.</param>
    /// <param name="package">An empty folder for the model package.</param>
    /// <exception cref="UserError">The file is none that is taken, or broken, or does not work.</exception>
    public static ModelManifest Run(string path, string name, string package, Lineage lineage, IProgress<Report> progress, CancellationToken token)
    {
        Directory.CreateDirectory(package);
        var first = First(path);
        if (PickleFile.Refusal(name, first) is { } pickle)
            throw new UserError(pickle);
        var manifest = Hdf5Reader.IsOne(path) || LooksLikeSafetensors(first)
            ? NetworkImport.Run(path, name, package, lineage, progress, token)
            : OnnxImport.Run(path, name, package, lineage, progress);
        // PostgreSQL keeps no such character, and no name or category has one for a good reason.
        return SavedNetwork.Json(manifest).Contains("\\u0000", StringComparison.Ordinal)
            ? throw new UserError($"{name} has a name or a category with the character NUL in it; leave it out.")
            : manifest;
    }

    /// <summary>Eight bytes of length, then JSON.</summary>
    private static bool LooksLikeSafetensors(ReadOnlySpan<byte> first) => first.Length > 8 && first[8] == '{' && first[6] == 0 && first[7] == 0;

    private static byte[] First(string path)
    {
        using var file = File.OpenRead(path);
        var first = new byte[PickleFile.BytesLookedAt];
        return first[..file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
    }
}
