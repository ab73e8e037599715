// What loading costs the others, and whether unloading gives it back: twenty models of 30 MB that come and go, and one of 300 MB that is
// loaded while a small one answers.
using System.Diagnostics;
using System.Globalization;

namespace MaaS.Benchmarks.Serving;

internal static class MemoryBench
{
    private const int Models = 20, Rounds = 5;

    public static async Task Unload(ServingRig rig, Results results)
    {
        await rig.DeployOnce("tiny", Perceptron.Tiny);
        var names = new List<string>();
        for (var i = 0; i < Models; i++)
        {
            var network = new Perceptron($"thirty-{i}", 512, 2048, 2048, 1000);
            await rig.Import(network);
            await rig.Deploy(network.Name, network);
            await rig.Client.Pause(network.Name);
            names.Add(network.Name);
        }
        // One is loaded and unloaded first: what the runtime and the runtime's runtime keep for good is not the models'.
        await Load(names[0]);
        await rig.Client.Pause(names[0]);
        var start = Resident(rig);
        double highest = 0;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var name in names)
                await Load(name);
            highest = Math.Max(highest, Resident(rig));
            foreach (var name in names)
                await rig.Client.Pause(name);
        }
        var end = Resident(rig);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident: {start:0} MB at the start, {highest:0} MB with all loaded, {end:0} MB after {Rounds} rounds"));
        results.Add("unload.memory_returned", end / start - 1, "share above the start", "<= 0.15");
        results.Add("unload.highest_mb", highest, "MB", "none");

        async Task Load(string name)
        {
            await rig.Client.Resume(name);
            using var connection = new HttpLoadConnection(rig.Api.Port, Perceptron.Large.HttpRequest(name, rig.Key, binary: true));
            connection.Ask();
        }
    }

    public static async Task Isolation(ServingRig rig, Results results)
    {
        const double rate = 500; // far below what a core can answer: what is measured is being held up
        await rig.DeployOnce("tiny", Perceptron.Tiny);
        var huge = new Perceptron("huge", 4096, 8192, 4096, 1000);
        await rig.Import(huge);
        await rig.Deploy(huge.Name, huge);
        await rig.Client.Pause(huge.Name);
        var plan = rig.Plan(Perceptron.Tiny.HttpRequest("tiny", rig.Key, binary: true), 16) with { Rate = rate, Seconds = 10 };

        var (alone, beside, besideCopying) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            alone.Add((await LoadReport.Of(plan)).P99);
            var ended = false;
            var loading = Task.Run(async () =>
            {
                while (!Volatile.Read(ref ended))
                {
                    await rig.LoadModel(huge.Name);
                    await rig.Client.Pause(huge.Name);
                }
            });
            beside.Add((await LoadReport.Of(plan)).P99);
            Volatile.Write(ref ended, true);
            await loading;
            // What any other program at work would do to the same requests, that lets everybody go first.
            using var copying = Process.Start("nice", ["-n", "19", "sh", "-c", "while :; do cat /usr/bin/* > /dev/null 2>&1; done"]);
            try
            {
                besideCopying.Add((await LoadReport.Of(plan)).P99);
            }
            finally
            {
                copying.Kill(entireProcessTree: true);
            }
        }
        results.Add("isolation.p99_alone_us", Middle(alone), "us", "none");
        results.Add("isolation.p99", Middle(beside) / Middle(alone), "times its p99 alone", "<= 2");
        results.Add("isolation.p99_beside_copying", Middle(besideCopying) / Middle(alone), "times its p99 alone", "none: another process that reads files, at nice 19");
    }

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Megabytes of the server's memory.</summary>
    private static double Resident(ServingRig rig) => double.Parse(
        File.ReadLines($"/proc/{rig.Api.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
