// The one folder that holds everything MaaS keeps: the database, the artifacts, the keys. It does not know what is in them.
// One AppHost at a time owns it; the lock is the kernel's, so a killed owner leaves nothing to clean up.
using System.Security.Cryptography;

namespace MaaS.AppHost.Embedded;

internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path)
    {
        Root = path;
        Directory.CreateDirectory(path, OwnerOnly);
        // Root hands the database's folder to another user, who must be able to pass through this one but not to list it.
        if (Environment.IsPrivilegedProcess)
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        try
        {
            _lock = new FileStream(PathOf("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(PathOf("lock")))
        {
            throw new Refusal(
                $"Another MaaS already runs on {path}{WhereTheOtherListens()}; stop it first, or set MAAS_DATA to another folder.");
        }
        LeftInAHurry = File.Exists(Addresses);
        File.Delete(Addresses);
    }

    /// <summary>True when the run before this one was killed: some of its services may still be on their way out.</summary>
    public bool LeftInAHurry { get; }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <summary>
    /// Written when everything is up and removed when it stops: <c>NAME=value</c> lines a shell can read, so that a script
    /// knows when and where to call (<c>MAAS_API=http://127.0.0.1:8081</c>).
    /// </summary>
    public string Addresses => PathOf("addresses");

    /// <summary>
    /// <c>MAAS_DATA</c> when set; else <c>/var/lib/maas</c> for root, whose home no other user may enter; else the
    /// user's data folder (<c>~/.local/share/maas</c>).
    /// </summary>
    /// <exception cref="Refusal">Another MaaS holds it, or it cannot be made.</exception>
    public static DataFolder Open()
    {
        var path = Environment.GetEnvironmentVariable("MAAS_DATA") switch
        {
            { Length: > 0 } given => Path.GetFullPath(given),
            _ when OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess => "/var/lib/maas",
            _ => Path.Combine(Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "maas"),
        };
        try
        {
            return new DataFolder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal($"The data folder {path} cannot be used ({e.Message}); set MAAS_DATA to a folder you may write.");
        }
    }

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>A sub-folder that only its owner can enter; made when missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(PathOf(name), OwnerOnly).FullName;

    /// <summary>The content of a small file that only its owner can read; made by <paramref name="create"/> when missing.</summary>
    public string Remembered(string name, Func<string> create)
    {
        if (!File.Exists(PathOf(name)))
            Remember(name, create());
        return File.ReadAllText(PathOf(name)).Trim();
    }

    /// <summary>Writes beside and renames, so that a power cut leaves the old content or the new, never half of it.</summary>
    public void Remember(string name, string content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(PathOf($"{name}.new"), options))
            writer.WriteLine(content);
        File.Move(PathOf($"{name}.new"), PathOf(name), overwrite: true);
    }

    /// <summary>A random secret of 256 bits, made once and kept.</summary>
    public string Secret(string name) => Remembered(name, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Lets another AppHost have the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private string WhereTheOtherListens()
    {
        const string portal = "MAAS_WEB=";
        var lines = File.Exists(Addresses) ? File.ReadAllLines(Addresses) : [];
        return Array.Find(lines, line => line.StartsWith(portal, StringComparison.Ordinal)) is { } found
            ? $" (its portal is {found[portal.Length..]})"
            : "";
    }
}
