// Work that must not hold up the requests beside it: a thread of its own, to which the others' are preferred. A model of 300 MB takes a core for
// seconds to load, and a tiny one answers in 0.2 ms.
using System.Runtime.InteropServices;

namespace MaaS.Inference;

public static partial class LowPriority
{
    // The scheduler gives it a tenth of a core that others want all of: enough to be done some time.
    private const int Nice = 10;

    public static Task<T> Run<T>(Func<T> work)
    {
        var done = new Task<T>(work);
        var low = new Thread(() =>
        {
            if (OperatingSystem.IsLinux())
                _ = SetPriority(0, 0, Nice);
            done.RunSynchronously();
        })
        { IsBackground = true, Name = "low priority" };
        // Whoever waits goes on from a thread of usual priority: the pool's next thread would inherit it from the one that asks for it.
        var told = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            low.Start();
            low.Join();
            told.SetFromTask(done);
        })
        { IsBackground = true, Name = "low priority's end" }.Start();
        return told.Task;
    }

    // .NET's own thread priorities do nothing on Linux, where a nice value is one thread's: setpriority(2), of this process and this thread.
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int who, int nice);
}
