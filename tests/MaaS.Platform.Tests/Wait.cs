// Waits for what a server does in its own time.
using System.Diagnostics;
using Xunit;

namespace MaaS.Platform.Tests;

internal static class Wait
{
    /// <summary>Reads until it is so. A busy machine takes its time; what does not come at all must not hold up the others.</summary>
    public static async Task<T> For<T>(Func<Task<T>> read, Func<T, bool> isSo)
    {
        T now;
        for (var began = Stopwatch.GetTimestamp(); !isSo(now = await read()); await Task.Delay(50, TestContext.Current.CancellationToken))
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1), $"It did not come about within a minute; it is {now}.");
        return now;
    }
}
