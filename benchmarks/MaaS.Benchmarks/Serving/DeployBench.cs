// From the call that deploys to the first answer, for a model of 1 MB that this process has never seen; each time another version.
using System.Diagnostics;

namespace MaaS.Benchmarks.Serving;

internal static class DeployBench
{
    public static async Task Measure(ServingRig rig, Results results)
    {
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var network = new Perceptron($"mega-{i}", 64, 440, 440, 10);
            await rig.Import(network);
            using var connection = new HttpLoadConnection(rig.Api.Port, network.HttpRequest(network.Name, rig.Key, binary: true));
            var watch = Stopwatch.StartNew();
            await rig.Deploy(network.Name, network);
            connection.Ask();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        results.Add("deploy.first_prediction_ms", times.Order().ElementAt(times.Count / 2), "ms", "<= 1,000");
    }
}
