// Takes a request away from the thread that heard of its bytes, for good: what it awaits resumes on the thread pool. That thread serves half
// of all connections (Listening), and whatever holds it up would hold them up.
namespace MaaS.Api;

internal sealed class PoolThreads : SynchronizationContext
{
    private static readonly PoolThreads s_pool = new();

    public static async Task Run(HttpContext context, RequestDelegate next)
    {
        SetSynchronizationContext(s_pool); // of this method alone: whoever called it keeps his own
        await Task.Yield();
        await next(context);
    }

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            SetSynchronizationContext(s_pool); // the pool clears it after each piece of work
            work.Callback(work.State);
        }, (Callback: d, State: state), preferLocal: true);
}
