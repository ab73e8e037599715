// Calls that are being computed together, and how to stop that when the last of them has lost its caller.
// Everything but Options is touched under the batcher's lock only.
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Tensors;

internal sealed class Batch : IDisposable
{
    private int _present;

    public List<Call> Calls { get; } = [];

    /// <summary>Its own, so that one run can be stopped without the others.</summary>
    public RunOptions Options { get; } = SessionPool.QuietOptions();

    /// <summary>Nobody waits for it any longer.</summary>
    public bool IsAbandoned => _present == 0;

    public void Begin()
    {
        _present = Calls.Count;
        foreach (var call in Calls)
            call.Batch = this;
    }

    public void Leave()
    {
        if (--_present == 0)
            Options.Terminate = true;
    }

    public void End()
    {
        foreach (var call in Calls)
            call.Batch = null;
        if (IsAbandoned)
            Options.Terminate = false;
    }

    public void Dispose() => Options.Dispose();
}
