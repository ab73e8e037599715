// Where the real datasets lie, when they are there.
using Xunit;

namespace MaaS.Engine.Tests;

internal static class Shared
{
    /// <summary>The path of a file under shared/data beside the repository; the test is skipped where it is absent.</summary>
    public static string Data(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine([folder.FullName, "shared", "data", .. parts]) is var path && File.Exists(path))
                return path;
        Assert.Skip($"There is no shared/data/{string.Join('/', parts)} beside the repository.");
        return "";
    }
}
