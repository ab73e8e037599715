// Where the real datasets lie, which the repository does not hold: in a folder "shared" beside it or beside one of its parents.
namespace MaaS.Benchmarks;

internal static class SharedData
{
    /// <returns>The file or folder under shared/data; null, after a word on the screen, where there is none.</returns>
    public static string? Find(params string[] names)
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine([folder.FullName, "shared", "data", .. names]) is var path && Path.Exists(path))
                return path;
        Console.WriteLine($"left out: there is no shared/data/{string.Join('/', names)} beside the repository");
        return null;
    }
}
