// The child process of one job: beats, does the work, writes the outcome. The edge where every exception ends.
// It ends by itself when its parent is gone or when the job is no longer this attempt's.
using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Catalog;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Sweeps;
using MaaS.Engine;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Worker.Runs;

internal static class JobRun
{
    /// <summary>0 when the queue knows how the job ended; whatever else the parent reads as a crash.</summary>
    public static async Task<int> Run(JobLease lease)
    {
        // Ctrl-C in a terminal reaches children too; the parent decides when they end.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        new Thread(EndWithParent) { IsBackground = true, Name = "parent" }.Start();

        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddCatalog(configuration)
            .BuildServiceProvider();
        var heartbeat = new Heartbeat(services.GetRequiredService<JobQueue>(), lease);
        heartbeat.Start();
        await Work(services, lease, heartbeat);
        return 0;
    }

    private static async Task Work(IServiceProvider services, JobLease lease, Heartbeat heartbeat)
    {
        var queue = services.GetRequiredService<JobQueue>();
        // The parent ends this process when it is time; nothing in here waits for a token.
        var token = CancellationToken.None;
        try
        {
            var job = await Outage.Outlast(() => Load(services, lease, token), token);
            var done = job.Spec switch
            {
                ProfileJob profile => await ActivatorUtilities.CreateInstance<ProfileRun>(services, lease, heartbeat).Run(profile, token),
                TrainJob train => await ActivatorUtilities.CreateInstance<TrainingRun>(services, lease, heartbeat).Run(train, token),
                ImportJob import => await ActivatorUtilities.CreateInstance<ImportRun>(services, lease, heartbeat).Run(import, token),
                ExportJob export => await ActivatorUtilities.CreateInstance<ExportRun>(services, lease, heartbeat).Run(export, token),
                CompressJob compress => await ActivatorUtilities.CreateInstance<CompressRun>(services, lease, heartbeat).Run(compress, token),
                ScoreJob score => await ActivatorUtilities.CreateInstance<ScoreRun>(services, lease, heartbeat).Run(score, token),
                SweepJob sweep => await ActivatorUtilities.CreateInstance<SweepRun>(services, lease, heartbeat).Run(sweep, token),
                var other => throw new InvalidOperationException($"This worker does not know jobs of kind {other.Kind}."),
            };
            if (!done)
                Console.WriteLine("The job is no longer this attempt's; nothing was written.");
        }
        catch (UserError mistake)
        {
            Console.WriteLine(mistake.Message);
            await Fail("user_error", mistake.Message, retry: false);
        }
        catch (MemoryShortage shortage)
        {
            // What does not fit now will not fit later.
            Console.WriteLine(shortage);
            await Fail("out_of_memory", shortage.Message, retry: false);
        }
        catch (Exception error) when (MemoryShortage.IsMeant(error))
        {
            Console.WriteLine(error);
            await Fail("out_of_memory",
                "The job needed more memory than this machine has. A smaller batch or network, or fewer rows, needs less.", retry: true);
        }
        catch (Exception error) when (DiskShortage.IsMeant(error))
        {
            // Trying again at once would find it as full; a training goes on from its checkpoint when somebody says so.
            Console.WriteLine(error);
            await Fail("disk_full", DiskShortage.Sentence, retry: false);
        }
        catch (Exception error)
        {
            Console.WriteLine(error);
            await Fail("bug",
                $"Something in MaaS itself went wrong ({error.GetType().Name}: {error.Message}). The log has the details.", retry: true);
        }

        async Task Fail(string code, string sentence, bool retry)
        {
            await heartbeat.Stop();
            await Outage.Outlast(() => queue.Fail(lease, code, sentence, retry, token), token);
        }
    }

    private static async Task<Job> Load(IServiceProvider services, JobLease lease, CancellationToken token)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContextAsync(token);
        return await context.Jobs.AsNoTracking().SingleAsync(row => row.Id == lease.JobId, token);
    }

    private static void EndWithParent()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> nothing = stackalloc byte[16];
        while (input.Read(nothing) > 0)
        {
        }
        Leave();
    }

    /// <summary>At once: an orderly exit waits for native threads that may be busy for minutes.</summary>
    public static void Leave()
    {
        try
        {
            Directory.Delete(Environment.CurrentDirectory, recursive: true);
        }
        catch (IOException)
        {
            // The parent, if there is one, removes it.
        }
        Process.GetCurrentProcess().Kill();
    }
}
