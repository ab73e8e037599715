// Versions beside one another, and the deployments one of them could take over: figures, what callers notice, where each comes from.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Compression;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ModelCompareTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Figures_have_intervals_and_the_better_one_is_clear_or_chance()
    {
        var seed = await Seed.Make(Team);
        var second = await Another(seed, manifest => manifest);
        await Measured(seed.ModelVersion, 1000, ("accuracy", 0.8), ("log_loss", 0.4), ("macro_f1", 0.79));
        await Measured(second, 1000, ("accuracy", 0.9), ("log_loss", 0.39), ("macro_f1", 0.8));

        var found = await Team.Client(Role.Viewer).CompareVersions(new([new(seed.Model, 1), new(seed.Model, 2)]), Token);

        Assert.Equal([1, 2], found.Versions.Select(one => one.Version.Number));
        Assert.True(found.SameTest);
        var figures = found.Figures.ToDictionary(figure => figure.Measure);
        Assert.Equal((1, true, false), (figures["accuracy"].Best, figures["accuracy"].IsClear, figures["accuracy"].LessIsBetter));
        // Wilson's interval of 900 of 1000.
        Assert.Equal((0.8798, 0.9171), (Math.Round(figures["accuracy"].Values[1]!.Low!.Value, 4), Math.Round(figures["accuracy"].Values[1]!.High!.Value, 4)));
        Assert.Equal((1, null, true), (figures["log_loss"].Best, figures["log_loss"].IsClear, figures["log_loss"].LessIsBetter));
        Assert.Equal((1, false), (figures["macro_f1"].Best, figures["macro_f1"].IsClear));
    }

    [Fact]
    public async Task Where_each_comes_from_and_serves_and_what_it_takes_is_told()
    {
        var seed = await Seed.Make(Team);
        var second = await Another(seed, manifest => manifest with { Metrics = manifest.Metrics with { Rows = 7 } });
        await using (var context = Api.Context())
        {
            await context.Runs.Where(run => run.Id == seed.Run).ExecuteUpdateAsync(run => run.SetProperty(row => row.Params, new Dictionary<string, string> { ["epochs"] = "40", ["seed"] = "1" }), Token);
            var run = await context.Runs.Include(row => row.Job).SingleAsync(row => row.Id == seed.Run, Token);
            run.Compression = Reports.Of() with { Variants = [Reports.Variant(1, 0.9, 100) with { Version = new(second, seed.Model, 2) }] };
            context.TrafficMinutes.Add(new()
            {
                DeploymentId = await context.Deployments.Where(row => row.Name == seed.Deployment).Select(row => row.Id).SingleAsync(Token),
                VersionId = seed.ModelVersion,
                Minute = DateTimeOffset.UtcNow.AddMinutes(-5),
                Requests = 4,
                Failures = 0,
                Rows = 4,
                Buckets = [0, 0, 0, 4, .. new long[13]],
            });
            await context.SaveChangesAsync(Token);
        }

        var found = await Member.CompareVersions(new([new(seed.Model, 1), new(seed.Model, 2)]), Token);

        Assert.False(found.SameTest);
        var (first, other) = (found.Versions[0], found.Versions[1]);
        Assert.Equal(($"{seed.Mark} run", new LineageDataset(seed.Dataset, $"{seed.Mark} data", 1)), (first.RunName, first.Dataset));
        Assert.Equal([new LineageDeployment(seed.Deployment, DeploymentState.Serving, seed.Model, 1, 100)], first.Deployments);
        Assert.Equal((0.75, 4L), (first.Served!.P50Ms, first.Served.Requests));
        Assert.Equal((null, new MeasuredTimes(0.5, 0.9, "a processor, 2 cores")), (first.Measured, other.Measured));
        Assert.Equal([("epochs", "40", null), ("seed", "1", null)], found.Settings.Select(setting => (setting.Key, setting.Values[0], setting.Values[1])));
        Assert.Empty(other.Deployments);
    }

    [Fact]
    public async Task What_callers_notice_is_told_with_whom_it_breaks()
    {
        var seed = await Seed.Make(Team);
        await Another(seed, manifest => manifest with
        {
            Inputs =
            [
                new("age", ColumnType.Number, TensorType.Float32, [-1, 1]),
                new("member", ColumnType.Date, TensorType.Int64, [-1, 1]),
                new("city", ColumnType.Category, TensorType.String, [-1, 1], Categories: ["oslo", "bonn"]),
                new("income", ColumnType.Number, TensorType.Float32, [-1, 1]),
            ],
            Labels = ["yes", "no", "maybe"],
        });
        await Another(seed, manifest => manifest with { Task = ModelTask.TabularRegression });

        var changes = (await Member.CompareVersions(new([new(seed.Model, 1), new(seed.Model, 2), new(seed.Model, 3)]), Token)).Versions;

        Assert.Equal(
            [
                new(SignatureChangeKind.InputKind, "member", Breaks.Everybody, "boolean", "date"),
                new(SignatureChangeKind.CategoryRemoved, "city", Breaks.Nobody, "rome"),
                new(SignatureChangeKind.InputAdded, "income", Breaks.OpenProtocol, After: "number"),
                new(SignatureChangeKind.InputRemoved, "joined", Breaks.Everybody, "date"),
                new(SignatureChangeKind.LabelAdded, "maybe", Breaks.Nobody),
                new(SignatureChangeKind.LabelOrder, "", Breaks.OpenProtocol, "no, yes", "yes, no, maybe"),
            ],
            changes[1].Changes);
        Assert.Equal([new(SignatureChangeKind.Task, "", Breaks.Everybody, "tabular_classification", "tabular_regression")], changes[2].Changes);
        Assert.Empty(changes[0].Changes);
    }

    [Fact]
    public async Task Deployments_that_fit_are_offered_first_and_say_what_would_change()
    {
        var (seed, other) = (await Seed.Make(Team), await Seed.Make(Team, task: ModelTask.TabularRegression));
        await Another(seed, manifest => manifest);

        var targets = await Member.DeployTargets(seed.Model, 2, Token);

        var own = targets[0];
        Assert.Equal((seed.Deployment, true, DeploymentState.Serving), (own.Deployment, own.Fits, own.State));
        Assert.Equal([new TrafficShare(seed.Model, 1)], own.Traffic);
        Assert.Empty(own.Changes);
        var last = targets[^1];
        Assert.Equal((other.Deployment, false, SignatureChangeKind.Task), (last.Deployment, last.Fits, Assert.Single(last.Changes).Kind));
    }

    private async Task<Guid> Another(Seed seed, Func<ModelManifest, ModelManifest> change)
    {
        await using var context = Api.Context();
        var first = await context.ModelVersions.Include(row => row.Model).SingleAsync(row => row.Id == seed.ModelVersion, Token);
        first.Model.LastNumber++;
        var added = context.ModelVersions.Add(new()
        {
            TeamId = Team.Id,
            ModelId = first.ModelId,
            Number = first.Model.LastNumber,
            Manifest = change(first.Manifest),
            Bytes = first.Bytes,
            CreatedBy = "a test",
        }).Entity;
        await context.SaveChangesAsync(Token);
        return added.Id;
    }

    private async Task Measured(Guid version, long rows, params (string, double)[] figures)
    {
        await using var context = Api.Context();
        var row = await context.ModelVersions.AsNoTracking().SingleAsync(found => found.Id == version, Token);
        var metrics = row.Manifest.Metrics with { Rows = rows, Values = figures.ToDictionary(), ConfusionMatrix = [[400, 100], [100, 400]] };
        await context.ModelVersions.Where(found => found.Id == version).ExecuteUpdateAsync(found => found.SetProperty(one => one.Manifest, row.Manifest with { Metrics = metrics }), Token);
    }
}
