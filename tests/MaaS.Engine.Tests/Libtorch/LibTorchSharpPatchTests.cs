// The native fix: libtorch answers here, and the patch changes only what it says. Needs libtorch.
using System.Reflection;
using System.Text;
using TorchSharp;
using Xunit;

namespace MaaS.Engine.Tests.Libtorch;

public sealed class LibTorchSharpPatchTests
{
    private static readonly byte[] Original = File.ReadAllBytes(typeof(LibTorchSharpPatchTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "LibTorchSharp").Value!);

    [Fact]
    public void Libtorch_runs_on_this_system()
    {
        using var sum = torch.ones(3).sum();

        Assert.Equal(3f, sum.item<float>());
    }

    [Fact]
    public void The_library_beside_the_tests_is_patched_exactly_when_this_system_needs_it()
    {
        var carried = File.ReadAllBytes(
            Directory.GetFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).Single());

        Assert.Equal(LibTorchSharpPatch.LibstdcxxLacksVersion() ? LibTorchSharpPatch.Patch(Original) : Original, carried);
    }

    [Fact]
    public void The_patch_changes_a_version_its_hash_and_one_import_and_nothing_else()
    {
        var patched = LibTorchSharpPatch.Patch(Original);

        Assert.Equal(
            [
                ("_ZSt21ios_base_library_initv", "_ZSt19uncaught_exceptionsv\0\0"),
                ("GLIBCXX_3.4.32", "GLIBCXX_3.4.22"),
                ("hash 0297F842", "hash 0297F872"),
            ],
            Changes(Original, patched).ToList());
    }

    [Fact]
    public void A_patched_library_asks_for_nothing_more() =>
        Assert.Equal(LibTorchSharpPatch.Patch(Original), LibTorchSharpPatch.Patch(LibTorchSharpPatch.Patch(Original)));

    /// <summary>Every changed run of bytes, as the whole name around it, or as the hash it is.</summary>
    private static IEnumerable<(string Before, string After)> Changes(byte[] before, byte[] after)
    {
        Assert.Equal(before.Length, after.Length);
        for (var at = 0; at < before.Length; at++)
        {
            if (before[at] == after[at])
                continue;
            var start = Array.LastIndexOf(before, (byte)0, at) + 1;
            var end = Array.IndexOf(before, (byte)0, at);
            if (end - start >= 8)
            {
                yield return (Encoding.ASCII.GetString(before, start, end - start), Encoding.ASCII.GetString(after, start, end - start));
                at = end;
            }
            else
            {
                start = at & ~3; // a hash is aligned to four bytes
                yield return ($"hash {BitConverter.ToUInt32(before, start):X8}", $"hash {BitConverter.ToUInt32(after, start):X8}");
                at = start + 3;
            }
        }
    }
}
