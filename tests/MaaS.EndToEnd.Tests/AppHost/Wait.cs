// Waiting for something that becomes true in another process. It knows no clock but the wall's.
using System.Diagnostics;

namespace MaaS.EndToEnd.Tests.AppHost;

internal static class Wait
{
    /// <summary>Looks every 50 ms; fails the test with <paramref name="otherwise"/> when it has not become true in time.</summary>
    public static async Task Until(Func<bool> condition, TimeSpan patience, Func<string> otherwise)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > patience)
                Assert.Fail(otherwise());
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
