// Threads that the runs of all big models share, in a process that serves many of them: each with threads of its own would be more threads than
// cores. They are made once, before anything is loaded: a thread inherits its maker's priority, and models are loaded at a low one.
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference;

public static class SharedThreads
{
    private static readonly Lock s_gate = new();

    /// <summary>Without them a big session makes its own.</summary>
    public static bool Exist { get; private set; }

    /// <summary>To be called on a thread of usual priority, before the first model is loaded; later it does nothing.</summary>
    public static void Make()
    {
        lock (s_gate)
        {
            if (OrtEnv.IsCreated)
                return;
            using var threads = new OrtThreadingOptions { GlobalIntraOpNumThreads = Environment.ProcessorCount, GlobalInterOpNumThreads = 1, GlobalSpinControl = false };
            var options = new EnvironmentCreationOptions { logId = "MaaS", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, threadOptions = threads };
            OrtEnv.CreateInstanceWithOptions(ref options);
            Exist = true;
        }
    }
}
