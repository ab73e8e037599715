// Keeps work off the threads that serve sockets: what is awaited in it resumes on the thread pool. In the API those threads answer predictions
// (its Listening says why), and what holds one up holds up half of all connections. A library goes on where the socket was, unless it waits for Finish.
using System.Runtime.CompilerServices;

namespace MaaS.Catalog;

public sealed class PoolThreads : SynchronizationContext
{
    private static readonly PoolThreads s_pool = new();

    /// <summary>To be awaited first in an asynchronous method: the rest of it, and what it calls, runs on the pool. Its caller keeps his own threads.</summary>
    public static YieldAwaitable Enter()
    {
        SetSynchronizationContext(s_pool);
        return Task.Yield();
    }

    /// <summary>The same work, but whoever waits for it goes on from the pool.</summary>
    public static async Task<T> Finish<T>(Task<T> work)
    {
        SetSynchronizationContext(s_pool);
        return await work;
    }

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            SetSynchronizationContext(s_pool); // the pool clears it after each piece of work
            work.Callback(work.State);
        }, (Callback: d, State: state), preferLocal: true);
}
