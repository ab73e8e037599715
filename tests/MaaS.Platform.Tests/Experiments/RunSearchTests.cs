// Searches against real rows: what is found, in what order, and what the columns say.
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Teams;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Experiments;

public sealed class RunSearchTests(PostgresFixture postgres) : CatalogTest(postgres)
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_search_finds_what_it_says_and_nothing_else()
    {
        await AddRuns(Team);
        await AddRuns(await AddTeam("another"));
        (string Search, string Found)[] searches =
        [
            ("metrics.val_loss < 0.3", "a b"),
            ("metrics.val_loss <= 0.25 or metrics.val_loss = 0.5", "a b c"),
            ("metrics.val_loss != 0.5", "a b d e f"),
            ("metrics.val_loss > 0.3", "c"),
            ("not metrics.val_loss < 0.3", "c d e f"),
            ("metrics.val_loss in (0.1, 0.5)", "a c"),
            ("metrics.val_loss is missing", "e f"),
            ("metrics.val_loss exists", "a b c d"),
            ("min.val_loss < 0.1", "c"),
            ("best.val_loss < 0.1 and max.val_loss > 0.8", "c"),
            ("best.accuracy >= 0.9", "a"),
            ("metrics.val_loss < 0.3 and (params.lr > 5e-3 or tags.stage = \"candidate\")", "a b"),
            ("params.lr > 1e-3", "a"),
            ("params.lr = 0.001", "b c"),
            ("params.lr = \"1E-3\"", "c"),
            ("params.lr < 1 and not params.lr = 0.001", "a"),
            ("params.seed = 9007199254740993", "e"),
            ("params.seed = 9007199254740992", ""),
            ("params.seed > 9007199254740992 and params.seed < 9007199254740994", "e"),
            ("params.seed in (1, 9007199254740993)", "e"),
            ("params.seed < 1e300 and params.seed > 1e-300", "e"),
            ("params.method in (ADAM, sgd)", "a b"),
            ("params.early = true", "c"),
            ("params.method ~ da", "a"),
            ("tags.stage = Candidate", "b"),
            ("tags.stage != candidate", "a c d e f"),
            ("tags.\"with space\" exists", "d"),
            ("name ~ \"run\"", "a b c d e f"),
            ("name !~ \"RUN A\" and state = succeeded", "b c"),
            ("state in (queued, running)", "e f"),
            ("experiment ~ vision and folder = \"team/vision\"", "a b c"),
            ("duration > 90s", "b c"),
            ("duration <= 1m", "a"),
            ("created < 2026-01-03", "a b"),
            ("created >= 2026-01-05", "e f"),
            ("tags.stage = \"'; drop table runs; --\" or params.\"' or 1=1 --\" = 1", ""),
        ];

        foreach (var (search, found) in searches)
            Assert.Equal((search, found), (search, await Found(search, "name", descending: false)));
    }

    [Theory]
    [InlineData("metrics.val_loss", false, "a b c f e d")]
    [InlineData("metrics.val_loss", true, "c b a f e d")]
    [InlineData("best.accuracy", true, "a b c d f e")]
    [InlineData("params.lr", false, "b c a d f e")]
    [InlineData("tags.stage", true, "d b f e c a")]
    [InlineData("duration", true, "c b a f e d")]
    [InlineData("created", true, "f e d c b a")]
    [InlineData("experiment", false, "f e d c b a")]
    public async Task Runs_are_sorted_by_any_column_what_lacks_it_last_and_the_newest_first_of_equals(string sort, bool descending, string order)
    {
        await AddRuns(Team);

        Assert.Equal(order, await Found(null, sort, descending));
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_skip_and_one_after_the_last_still_says_how_many_there_are()
    {
        await AddRuns(Team);
        var query = Query("name ~ run", "tags.stage", true);
        var seen = new List<Guid>();
        for (var skip = 0; skip < 6; skip += 2)
        {
            var (ids, total) = await Get<RunFinder>().Find(query, skip, 2, Token);
            Assert.Equal((2, 6), (ids.Count, total));
            seen.AddRange(ids);
        }
        var (none, all) = await Get<RunFinder>().Find(query, 600, 2, Token);

        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal((0, 6), (none.Count, all));
    }

    [Fact]
    public async Task Columns_are_what_the_runs_have_and_say_what_tells_them_apart()
    {
        await AddRuns(Team);

        var columns = await Get<RunFinder>().Columns(Query("experiment ~ vision", "created", true), Token);

        Assert.Equal(3, columns.Runs);
        Assert.Equal(
            [
                new("metrics.accuracy", 3, true), new("metrics.constant", 3, false), new("metrics.val_loss", 3, true), new("params.early", 1, true),
                new("params.lr", 3, true), new("params.method", 3, true), new("params.same", 3, false), new RunColumnUse("tags.stage", 1, true),
            ], columns.Items);
    }

    [Fact]
    public async Task Archived_and_deleted_runs_are_shown_only_where_they_are_asked_for()
    {
        await AddRuns(Team);
        await using (var context = Context())
        {
            await context.Runs.Where(run => run.Name == "run a").ExecuteUpdateAsync(run => run.SetProperty(row => row.ArchivedAt, s_start), Token);
            await context.Runs.Where(run => run.Name == "run b").ExecuteUpdateAsync(run => run.SetProperty(row => row.DeletedAt, s_start), Token);
            Assert.Equal(5, await context.Runs.CountAsync(Token));
        }

        Assert.Equal("c d e f", await Found(null, "name", false));
        Assert.Equal("a", await Found(null, "name", false, RunShow.Archived));
        Assert.Equal("b", await Found(null, "name", false, RunShow.Deleted));
    }

    private RunQuery Query(string? search, string sort, bool descending, RunShow show = RunShow.Active)
    {
        var (condition, mistake) = SearchParser.Parse(search, DateTimeOffset.UtcNow);
        Assert.Null(mistake);
        return new(Team.Id, null, condition, RunColumn.Parse(sort)!, descending, show);
    }

    private async Task<string> Found(string? search, string sort, bool descending, RunShow show = RunShow.Active)
    {
        var (ids, total) = await Get<RunFinder>().Find(Query(search, sort, descending, show), 0, 100, Token);
        await using var context = Context();
        var names = await context.Runs.IgnoreQueryFilters().Where(run => ids.Contains(run.Id)).ToDictionaryAsync(run => run.Id, run => run.Name, Token);
        Assert.Equal(ids.Count, total);
        return string.Join(' ', ids.Select(id => names[id]["run ".Length..]));
    }

    private async Task AddRuns(Team team)
    {
        var vision = new Experiment { TeamId = team.Id, Name = "Vision one", Folder = "team/vision" };
        var text = new Experiment { TeamId = team.Id, Name = "text" };
        await using var context = Context();
        context.AddRange(vision, text);
        await Add(vision, "a", 1, JobState.Succeeded, 30, [("lr", "0.01"), ("method", "adam"), ("same", "x")], [], [("val_loss", [0.4, 0.1]), ("accuracy", [0.9]), ("constant", [1])]);
        await Add(vision, "b", 2, JobState.Succeeded, 120, [("lr", "0.001"), ("method", "SGD"), ("same", "x")], [("stage", "candidate")], [("val_loss", [0.25]), ("accuracy", [0.8]), ("constant", [1])]);
        await Add(vision, "c", 3, JobState.Succeeded, 600, [("lr", "1E-3"), ("method", "rmsprop"), ("same", "x"), ("early", "True")], [], [("val_loss", [0.9, 0.05, 0.5]), ("accuracy", [0.7]), ("constant", [1])]);
        await Add(text, "d", 4, JobState.Failed, null, [("lr", "auto")], [("with space", "x"), ("stage", "dropped")], [("val_loss", [double.NaN]), ("accuracy", [0.6])]);
        await Add(text, "e", 5, JobState.Queued, null, [("seed", "9007199254740993")], [], []);
        await Add(text, "f", 6, JobState.Running, null, [], [], []);

        async Task Add(
            Experiment experiment, string name, int day, JobState state, int? seconds, (string Key, string Value)[] parameters, (string Key, string Value)[] tags, (string Key, double[] Values)[] series)
        {
            var created = s_start.AddDays(day - 1);
            var id = Guid.CreateVersion7(created);
            var job = new Job
            {
                TeamId = team.Id,
                Kind = JobKind.Train,
                Spec = new TrainJob(Guid.NewGuid(), new TabularTraining("label")),
                State = JobState.Running,
                Attempt = 1,
                RunId = id,
                CreatedBy = "a test",
                LeaseExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
                StartedAt = seconds is null ? null : created,
                FinishedAt = created.AddSeconds(seconds ?? 0),
            };
            context.AddRange(job, new Run
            {
                Id = id,
                TeamId = team.Id,
                ExperimentId = experiment.Id,
                JobId = job.Id,
                Name = $"run {name}",
                CreatedAt = created,
                Params = parameters.ToDictionary(one => one.Key, one => one.Value),
                Tags = tags.ToDictionary(one => one.Key, one => one.Value),
            });
            await context.SaveChangesAsync(Token);
            var lease = new JobLease(job.Id, 1);
            Assert.True(await Metrics.Append(lease, new MetricChunker(lease, id).Pack([.. series.SelectMany(one => one.Values.Select((value, step) => new MetricPoint(one.Key, step, value, created)))]), Token));
            await context.Jobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(row => row.SetProperty(one => one.State, state), Token);
        }
    }
}
