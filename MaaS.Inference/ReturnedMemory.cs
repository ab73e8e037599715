// Memory that a closed model has freed stays with the C library until it is asked to give it back: 600 MB of models, unloaded, would still be
// resident. Linux with glibc alone; elsewhere nothing happens.
using System.Runtime.InteropServices;

namespace MaaS.Inference;

public static partial class ReturnedMemory
{
    /// <summary>Gives what is free back to the system. Takes some milliseconds, and holds up whoever allocates meanwhile.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            MallocTrim(0);
        }
        catch (Exception other) when (other is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, as Alpine's, which gives back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint kept);
}
