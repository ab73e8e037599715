// A build step: makes libLibTorchSharp.so loadable on Debian 12, Ubuntu 22.04 and their like, whose libstdc++ stops at
// GLIBCXX_3.4.30 while the library asks for 3.4.32. docs/decisions.md says why this is safe and when it may go.
// Compiled by MSBuild (Libtorch.targets) and by MaaS.Engine.Tests. It knows ELF64 little-endian, and not TorchSharp.
#pragma warning disable IDE0005 // MSBuild compiles this file without implicit usings
using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;

/// <summary>Copies <see cref="Source"/> to <see cref="Destination"/>, patched when this system's libstdc++ lacks the version it asks for.</summary>
public sealed class LibTorchSharpPatch : Microsoft.Build.Utilities.Task
{
    private const string NeededVersion = "GLIBCXX_3.4.32";
    private const string OlderVersion = "GLIBCXX_3.4.22";

    // The only import at the needed version does nothing that libtorch has not done already;
    // the other takes no argument, has no effect and has existed since 3.4.22.
    private const string NeededImport = "_ZSt21ios_base_library_initv"; // std::ios_base_library_init()
    private const string HarmlessImport = "_ZSt19uncaught_exceptionsv"; // std::uncaught_exceptions()

    [Required]
    public string Source { get; set; } = "";

    [Required]
    public string Destination { get; set; } = "";

    public override bool Execute()
    {
        var library = File.ReadAllBytes(Source);
        var lacking = LibstdcxxLacksVersion();
        if (lacking)
        {
            Log.LogMessage(MessageImportance.Normal, "This system's libstdc++ lacks {0}: {1} is a patched copy.", NeededVersion, Destination);
            library = Patch(library);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination))!);
        File.WriteAllBytes(Destination, library);
        return true;
    }

    /// <summary>True when the libstdc++ of this very process, which is the one the loader picks, does not define the needed version.</summary>
    public static bool LibstdcxxLacksVersion()
    {
        if (!File.Exists("/proc/self/maps"))
            return false;
        var path = File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains("/libstdc++.so.6"))
            .Select(line => line.Substring(line.IndexOf('/')))
            .FirstOrDefault();
        return path != null && Find(File.ReadAllBytes(path), NeededVersion) < 0;
    }

    /// <summary>The same bytes with three things rewritten in place: the needed version's name, its hash, and the one import that uses it.
    /// A library that does not ask for the version comes back unchanged.</summary>
    public static byte[] Patch(byte[] library)
    {
        var patched = (byte[])library.Clone();
        var version = Find(patched, NeededVersion);
        var import = Find(patched, NeededImport);
        if (version < 0 || import < 0)
            return patched;

        Write(patched, version, OlderVersion, NeededVersion.Length);
        Write(patched, import, HarmlessImport, NeededImport.Length);
        var hash = VersionNeedHash(patched, ElfHash(NeededVersion));
        BitConverter.GetBytes(ElfHash(OlderVersion)).CopyTo(patched, hash);
        return patched;
    }

    /// <summary>Where in the file the entry of .gnu.version_r with this hash keeps it.</summary>
    private static int VersionNeedHash(byte[] elf, uint wanted)
    {
        const int sectionHeader = 64, typeVersionNeed = 0x6ffffffe;
        var headers = (int)BitConverter.ToInt64(elf, 0x28);
        var count = BitConverter.ToUInt16(elf, 0x3C);
        for (var header = headers; header < headers + count * sectionHeader; header += sectionHeader)
        {
            if (BitConverter.ToUInt32(elf, header + 4) != typeVersionNeed)
                continue;
            var file = (int)BitConverter.ToInt64(elf, header + 0x18);
            for (uint nextFile = 1; nextFile != 0; file += (int)nextFile)
            {
                nextFile = BitConverter.ToUInt32(elf, file + 12);
                var version = file + (int)BitConverter.ToUInt32(elf, file + 8);
                for (uint nextVersion = 1; nextVersion != 0; version += (int)nextVersion)
                {
                    if (BitConverter.ToUInt32(elf, version) == wanted)
                        return version;
                    nextVersion = BitConverter.ToUInt32(elf, version + 12);
                }
            }
        }

        throw new InvalidDataException($"The library names {NeededVersion} but its .gnu.version_r does not ask for it.");
    }

    /// <summary>The hash of the System V ABI, which the dynamic loader compares before it compares names.</summary>
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (var character in name)
        {
            hash = (hash << 4) + character;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }

    /// <summary>Where the whole zero-terminated name stands, or -1.</summary>
    private static int Find(byte[] bytes, string name)
    {
        var wanted = Encoding.ASCII.GetBytes("\0" + name + "\0");
        for (var at = Array.IndexOf(bytes, (byte)0); at >= 0 && at <= bytes.Length - wanted.Length; at = Array.IndexOf(bytes, (byte)0, at + 1))
        {
            var same = 1;
            while (same < wanted.Length && bytes[at + same] == wanted[same])
                same++;
            if (same == wanted.Length)
                return at + 1;
        }

        return -1;
    }

    private static void Write(byte[] bytes, int at, string text, int room)
    {
        Array.Clear(bytes, at, room);
        Encoding.ASCII.GetBytes(text).CopyTo(bytes, at);
    }
}
