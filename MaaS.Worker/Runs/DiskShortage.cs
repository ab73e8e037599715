// A disk without room, by what the system calls it. Knows nothing of what was to be written. PostgreSQL's own is waited for, like its absence.
namespace MaaS.Worker.Runs;

internal static class DiskShortage
{
    public const string Sentence =
        "There is no room left on the disk that the job writes to: that of MaaS's data folder or of the worker's temporary folder. Free some, then resume the job or start it again.";

    // The numbers of Linux for "no space left on device" and "disk quota exceeded", which .NET hands on as they are.
    private const int NoSpace = 28, OverQuota = 122;

    public static bool IsMeant(Exception error) => error is IOException { HResult: NoSpace or OverQuota } || (error.InnerException is { } inner && IsMeant(inner));
}
