// The portal's own files, and those of the other projects, for tests that hold a promise against the sources.
namespace MaaS.Web.Tests;

internal static class PortalSources
{
    private static readonly string s_root = Root();

    /// <summary>Paths are relative to the project and divided by slashes: <c>Training/TrainPage.razor</c>.</summary>
    public static IEnumerable<(string Path, string Text)> Of(string pattern, string project = "MaaS.Web")
    {
        var folder = Path.Combine(s_root, project);
        return Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllText(path)));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MaaS.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository: no MaaS.sln above them.");
        return folder.FullName;
    }
}
