// What a test of trainings by a real worker starts from: data that decides its label, a worker, and patience.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using Xunit;

namespace MaaS.Platform.Tests.Workers;

public abstract class WorkerTest(PostgresFixture postgres) : CatalogTest(postgres)
{
    protected WorkerProcess StartWorker(int slots) =>
        WorkerProcess.Start(Database.ConnectionString, Root, ("Worker:Slots", $"{slots}"));

    /// <summary>Two numbers that decide most of the label.</summary>
    protected async Task<Guid> ReadyDataset()
    {
        var random = new Random(3);
        var rows = new StringBuilder("a,b,label\n");
        for (var i = 0; i < 1500; i++)
            if ((random.NextDouble(), random.NextDouble()) is var (a, b))
                rows.Append(CultureInfo.InvariantCulture, $"{a:f4},{b:f4},{(a + b + 0.2 * random.NextDouble() > 1.1 ? "yes" : "no")}\n");
        var path = Path.Combine(Root, "rows.csv");
        await File.WriteAllTextAsync(path, rows.ToString(), Token);
        await using var file = File.OpenRead(path);
        var (sha256, bytes) = await Artifacts.Write(file, long.MaxValue, Token);
        await using var context = Context();
        var dataset = context.Datasets.Add(new() { TeamId = Team.Id, Name = "dataset" }).Entity;
        var profile = Profile with
        {
            RowCount = 1500,
            Reading = new(DatasetFormat.Csv, ",", true, "utf-8", [""]),
            Columns =
            [
                new("a", ColumnType.Number, 0, 1400, false, null, []),
                new("b", ColumnType.Number, 0, 1400, false, null, []),
                new("label", ColumnType.Category, 0, 2, false, null, []),
            ],
        };
        var version = new DatasetVersion
        {
            TeamId = Team.Id,
            Number = 1,
            FileName = "rows.csv",
            Bytes = bytes,
            Sha256 = sha256,
            Reading = new(),
            Profile = profile,
            State = DatasetState.Ready,
        };
        dataset.Versions.Add(version);
        await context.SaveChangesAsync(Token);
        return version.Id;
    }

    protected async Task<Job> WaitUntil(WorkerProcess worker, Job job, Func<Job, bool> reached)
    {
        var now = job;
        await Eventually(worker, async () => reached(now = await Read(job)));
        return now;
    }

    protected static async Task Eventually(WorkerProcess worker, Func<Task<bool>> reached)
    {
        for (var watch = Stopwatch.StartNew(); !await reached(); await Task.Delay(50, Token))
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), worker.Output);
    }
}
