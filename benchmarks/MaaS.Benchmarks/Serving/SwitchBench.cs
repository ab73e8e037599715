// Revisions under load: a hundred switches between two versions, every fifth undone by a roll-back. No request may fail, and none that begins
// after a switch was acknowledged may be answered by the version before it.
using System.Net.Http.Json;
using System.Text.Json;
using MaaS.Contracts.Deployments;

namespace MaaS.Benchmarks.Serving;

internal static class SwitchBench
{
    private const int Callers = 8, Switches = 100, RollBackEvery = 5;

    public static async Task Measure(ServingRig rig, Results results)
    {
        var network = new Perceptron("switched", 64, 64, 10);
        await rig.Import(network);
        await rig.Import(network);
        await rig.Deploy(network.Name, network);

        var (expected, turn, ended) = (1, 0, false);
        var counts = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => Ask())).ToArray();
        for (var i = 0; i < Switches; i++)
        {
            await To(3 - Volatile.Read(ref expected), version => rig.Client.Revise(network.Name, new CreateRevision([new(network.Name, version)])));
            if (i % RollBackEvery == RollBackEvery - 1)
                await To(3 - Volatile.Read(ref expected), _ => rig.Client.RollBack(network.Name, new Rollback()));
        }
        Volatile.Write(ref ended, true);
        var all = await Task.WhenAll(counts);
        Console.WriteLine($"{Switches} switches and {Switches / RollBackEvery} roll-backs under {all.Sum(one => one.Sent):N0} requests");
        results.Add("switch.failed_requests", all.Sum(one => one.Failed), "requests", "0");
        results.Add("switch.wrong_version", all.Sum(one => one.Wrong), "requests", "0 after the switch is acknowledged");

        async Task To(int version, Func<int, Task> change)
        {
            Interlocked.Increment(ref turn); // odd: either version may answer
            await change(version);
            Volatile.Write(ref expected, version);
            Interlocked.Increment(ref turn);
            await Task.Delay(20); // so that each revision is asked before the next
        }

        async Task<(long Sent, long Failed, long Wrong)> Ask()
        {
            using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{rig.Api.Port}") };
            http.DefaultRequestHeaders.Authorization = new("Bearer", rig.Key);
            var body = new { inputs = new[] { new { name = "x", shape = new[] { 1, network.Inputs }, datatype = "FP32", data = new float[network.Inputs] } } };
            var (sent, failed, wrong) = (0L, 0L, 0L);
            for (; !Volatile.Read(ref ended); sent++)
            {
                var before = Volatile.Read(ref turn);
                var due = Volatile.Read(ref expected);
                using var answer = await http.PostAsJsonAsync($"v2/models/{network.Name}/infer", body);
                if (!answer.IsSuccessStatusCode)
                {
                    failed++;
                    Console.WriteLine($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                }
                else if (before % 2 == 0 && before == Volatile.Read(ref turn) && (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("model_version").GetString() != $"{due}")
                    wrong++;
            }
            return (sent, failed, wrong);
        }
    }
}
