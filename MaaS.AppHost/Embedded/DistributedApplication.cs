// The embedded mode's application: takes what AppHost.cs declared and runs it as local processes, in order, until told to stop.
// It does not know how a process is kept alive (ServiceProcess) nor how PostgreSQL is (EmbeddedPostgres).
using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.AppHost.Embedded;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

internal interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    DataFolder Data { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

internal sealed class DistributedApplication(IReadOnlyList<IResource> resources, DataFolder data)
{
    private readonly LogLines _log = new("maas");
    private readonly Dictionary<string, List<ServiceProcess>> _processes = [];

    /// <summary>Opens the data folder; everything MaaS keeps is in there unless the user's configuration says otherwise.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        // AppHost.cs is Aspire's and has no place for a refusal, so the sentence is shown here, from wherever it comes.
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            if (unhandled.ExceptionObject is not Refusal refusal)
                return;
            Console.Error.WriteLine(refusal.Message);
            Environment.Exit(1);
        };
        return new DistributedApplicationBuilder(args);
    }

    /// <summary>Starts everything, says when it is ready, and returns when everything has stopped after Ctrl-C or SIGTERM.</summary>
    public void Run()
    {
        var began = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        foreach (var resource in resources)
            _processes[resource.Name] = [.. Processes(resource)];
        var all = _processes.Values.SelectMany(processes => processes).ToList();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

        try
        {
            all.ForEach(process => process.Start());
            Task.WaitAll([.. all.Select(process => process.Healthy)], stop.Token);
            Announcement.Ready(data, resources, began.Elapsed);
            Announcement.TellSetupLink(data, resources, stop.Token);
        }
        catch (OperationCanceledException)
        {
            _log.Say("stopping");
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<Refusal>().FirstOrDefault() is { } refusal)
        {
            Console.Error.WriteLine(refusal.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            File.Delete(data.Addresses);
            // Those that wait for others stop first, the database last; the rest of them together, since each may take its time.
            foreach (var layer in all.GroupBy(Depth).OrderByDescending(layer => layer.Key))
                Parallel.ForEach(layer, process => process.Stop());
            data.Dispose();
        }

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true; // we end by ourselves, after the children
            if (stop.IsCancellationRequested)
                all.ForEach(process => process.KillNow()); // asked twice: at once
            stop.Cancel();
        }
    }

    private static int Depth(ServiceProcess process) => process.WaitsFor.Select(Depth).DefaultIfEmpty(-1).Max() + 1;

    private IEnumerable<ServiceProcess> Processes(IResource resource) => resource switch
    {
        PostgresServerResource postgres => [postgres.Server.Supervised(postgres.Name)],
        ProjectResource project => Enumerable.Range(1, project.Replicas).Select(replica =>
            new ProjectLaunch(project, replica).Supervised([.. project.WaitsFor.SelectMany(awaited => _processes[awaited.Name])])),
        _ => [],
    };
}
