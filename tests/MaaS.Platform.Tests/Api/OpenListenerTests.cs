// A listener that others can reach without TLS says so at start; one on this machine alone does not.
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class OpenListenerTests(ApiServer api) : ApiTest(api)
{
    private const string Warning = "can be reached from other machines without TLS";

    [Fact]
    public async Task An_address_that_is_open_and_plain_is_warned_of()
    {
        await using var open = await Api.Replica(("ASPNETCORE_URLS", "http://0.0.0.0:0"));

        // The gRPC port listens where the first address does.
        var warned = await Wait.For(() => Task.FromResult(open.Output.Where(line => line.Contains(Warning, StringComparison.Ordinal)).ToList()), lines => lines.Count == 2);
        Assert.All(warned, line => Assert.Contains("http://0.0.0.0:", line, StringComparison.Ordinal));
        Assert.DoesNotContain(Api.Output, line => line.Contains(Warning, StringComparison.Ordinal));
    }
}
