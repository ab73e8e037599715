// What deployments are asked reaches an OpenTelemetry collector: a server is started with one, which is this test.
using System.Net;
using System.Text;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class ServingMeterTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task A_collector_gets_the_counts_of_every_deployment()
    {
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort.Any()}/";
        collector.Prefixes.Add(address);
        collector.Start();
        var heard = new TaskCompletionSource<string>();
        var listening = Listen(collector, Seed.Deployment, heard);
        await using var server = await Api.Replica(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"));

        await Predict(MemberOf(server));
        var metrics = await heard.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        collector.Stop();
        await listening;

        foreach (var name in new[] { "maas.serving.requests", "maas.serving.rows", "maas.serving.runs", "maas.serving.active_requests", "maas.serving.time", "maas.serving.answered_within", "maas.serving.runs_within", "maas.serving.models" })
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        foreach (var tag in new[] { Seed.Deployment, Seed.Model, $"{Team.Id}", "success", "backend", "compute", "+Inf" })
            Assert.Contains(tag, metrics, StringComparison.Ordinal);
    }

    /// <summary>Takes everything that is sent, until metrics name the deployment.</summary>
    private static async Task Listen(HttpListener collector, string deployment, TaskCompletionSource<string> heard)
    {
        try
        {
            while (true)
            {
                var call = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await call.Request.InputStream.CopyToAsync(body, Token);
                call.Response.Close();
                // Protobuf keeps texts as they are.
                var text = Encoding.Latin1.GetString(body.ToArray());
                if (call.Request.Url!.AbsolutePath == "/v1/metrics" && text.Contains(deployment, StringComparison.Ordinal))
                    heard.TrySetResult(text);
            }
        }
        catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
        {
        }
    }
}
