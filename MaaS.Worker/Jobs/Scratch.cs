// The folder a job's process works in; it goes when the process does. Knows nothing of what is written there.
using System.Diagnostics;
using System.Globalization;

namespace MaaS.Worker.Jobs;

internal static class Scratch
{
    private const string Prefix = "maas-job-";

    /// <summary>A new folder that only this user can enter. Its name holds our process id.</summary>
    public static DirectoryInfo Create() => Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-");

    /// <summary>Removes what was left by a kill of worker and job together.</summary>
    public static void RemoveStale()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            try
            {
                if (!IsAlive(Path.GetFileName(folder)[Prefix.Length..].Split('-')[0]))
                    Directory.Delete(folder, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another worker was faster, or it belongs to another user.
            }
        }
    }

    private static bool IsAlive(string processId)
    {
        try
        {
            using var process = Process.GetProcessById(int.TryParse(processId, CultureInfo.InvariantCulture, out var id) ? id : 0);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
