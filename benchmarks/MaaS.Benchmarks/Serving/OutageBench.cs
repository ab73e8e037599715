// PostgreSQL stopped for a minute under load. It is stopped as by its operator, and whoever would start it again is held meanwhile.
using System.Globalization;
using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Serving;

internal static partial class OutageBench
{
    private const int Quit = 3, Continue = 18, Stop = 19; // of Linux
    private const int SecondsBefore = 5, SecondsAway = 60, SecondsAfter = 15;

    public static async Task Measure(ServingRig rig, Results results)
    {
        await rig.DeployOnce("tiny", Perceptron.Tiny);
        var plan = rig.Plan(Perceptron.Tiny.HttpRequest("tiny", rig.Key, binary: true), 4) with { Rate = 200, WarmUpSeconds = SecondsBefore, Seconds = SecondsAway + SecondsAfter };
        var load = LoadReport.Of(plan);
        await Task.Delay(TimeSpan.FromSeconds(SecondsBefore));

        var server = int.Parse(File.ReadLines(Directory.EnumerateFiles(Platform.Setting("MAAS_DATA"), "postmaster.pid", SearchOption.AllDirectories).Single()).First(), CultureInfo.InvariantCulture);
        var host = server;
        while (!(await File.ReadAllTextAsync($"/proc/{host}/cmdline")).Contains("MaaS.AppHost.dll", StringComparison.Ordinal))
            host = int.Parse((await Stat(host))[1], CultureInfo.InvariantCulture);
        Signal(host, Stop);
        Signal(server, Quit);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(SecondsAway));
            if (Directory.Exists($"/proc/{server}") && (await Stat(server))[0] != "Z") // dead, and not yet buried by its parent
                throw new InvalidOperationException("PostgreSQL did not stop.");
        }
        finally
        {
            Signal(host, Continue);
        }
        var report = await load;
        Console.WriteLine($"{report.Sent:N0} predictions, {SecondsAway} s of them without PostgreSQL");
        results.Add("db_outage.failed_predictions", report.Failed, "predictions", "0");
    }

    /// <summary>What stands behind a process's name: its state, its parent, and more.</summary>
    private static async Task<string[]> Stat(int process) => (await File.ReadAllTextAsync($"/proc/{process}/stat")).Split(") ")[^1].Split(' ');

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
