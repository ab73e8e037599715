// What the exit code of a process that did not end by itself means to a user.
namespace MaaS.Worker.Jobs;

internal static class Crash
{
    // A process ended by a signal has the code 128 + signal.
    private const int Killed = 128 + 9;

    /// <summary>Stable, as in JobView.ErrorCode. We did not kill it, so a SIGKILL is the kernel's, and the kernel does that for memory.</summary>
    public static string Code(int exitCode) => exitCode == Killed ? "out_of_memory" : "crashed";

    public static string Sentence(int exitCode) => exitCode switch
    {
        Killed => "The job's process was killed by the system, most likely because it needed more memory than this machine has. A smaller batch or network, or fewer rows, needs less.",
        > 128 and < 160 => $"The job's process crashed with signal {exitCode - 128}. Its log shows how far it came.",
        _ => $"The job's process ended with code {exitCode} before it had a result. Its log shows how far it came.",
    };
}
