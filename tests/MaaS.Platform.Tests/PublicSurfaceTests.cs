// Who may know whom: reads the project files and holds them against the table of rooms (docs/decisions.md, README.md).
using System.Xml.Linq;
using Xunit;

namespace MaaS.Platform.Tests;

public sealed class PublicSurfaceTests
{
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["MaaS.Contracts"] = [],
        ["MaaS.ServiceDefaults"] = [],
        ["MaaS.Catalog"] = ["MaaS.Contracts"],
        ["MaaS.Inference"] = ["MaaS.Contracts"],
        ["MaaS.Engine"] = ["MaaS.Contracts", "MaaS.Inference"],
        ["MaaS.Api"] = ["MaaS.Catalog", "MaaS.Contracts", "MaaS.Inference", "MaaS.ServiceDefaults"],
        ["MaaS.Worker"] = ["MaaS.Catalog", "MaaS.Contracts", "MaaS.Engine", "MaaS.Inference", "MaaS.ServiceDefaults"],
        ["MaaS.Web"] = ["MaaS.Contracts", "MaaS.ServiceDefaults"],
        ["MaaS.AppHost"] = ["MaaS.Api", "MaaS.Web", "MaaS.Worker"],
    };

    // Package families that a room must never see, by the first letters of their ids.
    private static readonly Dictionary<string, string[]> s_strangers = new()
    {
        ["MaaS.Contracts"] = [""],
        ["MaaS.Catalog"] = ["TorchSharp", "libtorch", "Microsoft.ML.OnnxRuntime", "Microsoft.AspNetCore"],
        ["MaaS.Inference"] = ["TorchSharp", "libtorch", "Npgsql", "Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore"],
        ["MaaS.Engine"] = ["Npgsql", "Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore"],
        ["MaaS.Api"] = ["TorchSharp", "libtorch"],
        ["MaaS.Web"] = ["TorchSharp", "libtorch", "Microsoft.ML.OnnxRuntime", "Npgsql", "Microsoft.EntityFrameworkCore"],
    };

    [Fact]
    public void Every_project_references_exactly_the_rooms_it_may_know()
    {
        var found = Rooms().ToDictionary(room => room.Name, room => room.References);
        Assert.Equal(s_rooms.Keys.Order(), found.Keys.Order());
        foreach (var (room, allowed) in s_rooms)
            Assert.Equal((room, string.Join(' ', allowed.Order())), (room, string.Join(' ', found[room].Order())));
    }

    [Fact]
    public void No_room_takes_a_package_of_a_family_that_is_a_stranger_to_it()
    {
        foreach (var room in Rooms().Where(room => s_strangers.ContainsKey(room.Name)))
            Assert.Equal((room.Name, ""), (room.Name, string.Join(' ', room.Packages.Where(
                package => s_strangers[room.Name].Any(family => package.StartsWith(family, StringComparison.OrdinalIgnoreCase))))));
    }

    [Fact]
    public void No_folder_is_named_for_a_layer()
    {
        string[] layers = ["Services", "Helpers", "Common", "Extensions", "Infrastructure", "Utils"];
        var offenders = Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => path.StartsWith("MaaS.", StringComparison.Ordinal) && layers.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase));
        Assert.Empty(offenders);
    }

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MaaS.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository: no MaaS.sln above them.");
        return folder.FullName;
    }

    private static IEnumerable<(string Name, string[] References, string[] Packages)> Rooms() =>
        from path in Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
        where Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar) is [var top, _] && top.StartsWith("MaaS.", StringComparison.Ordinal)
        let project = XDocument.Load(path)
        select (
            Path.GetFileNameWithoutExtension(path),
            Included(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))).ToArray(),
            Included(project, "PackageReference").ToArray());

    // An Update names no new reference.
    private static IEnumerable<string> Included(XDocument project, string item) =>
        project.Descendants(item).Select(reference => reference.Attribute("Include")?.Value).OfType<string>();
}
