// Files for a test: a text written to a temporary place, or one of the real data sets beside the repository.
using System.Text;
using Xunit;

namespace MaaS.Engine.Tests.Data;

internal sealed class TestFile : IDisposable
{
    public TestFile(string text, Encoding? encoding = null) : this((encoding ?? new UTF8Encoding(false)).GetPreamble()
        .Concat((encoding ?? new UTF8Encoding(false)).GetBytes(text)).ToArray())
    {
    }

    public TestFile(byte[] bytes) => File.WriteAllBytes(Path, bytes);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.table");

    public void Dispose() => File.Delete(Path);

    /// <summary>The path of <c>shared/data/NAME</c>, in any folder above the test; the test is skipped when there is none.</summary>
    public static string Shared(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path))
                return path;
        }
        Assert.Skip($"shared/data/{name} is not beside the repository.");
        return "";
    }
}
