// Lists of runs through the API: searched, as rows of a table, moved, tagged, archived, deleted and restored; folders; saved views.
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class RunListTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task A_search_comes_in_pages_and_says_how_many_it_found()
    {
        var seeds = new[] { await Seed.Make(Team), await Seed.Make(Team), await Seed.Make(Team) };
        var table = new RunTable($"metrics.`{seeds[1].Mark}/loss` < 1 or state = running", "name", Descending: false);

        var first = await Member.Runs(null, 3, null, Token, table);
        var second = await Member.Runs(null, 3, first.Next, Token, table);

        Assert.Equal((4, "3", 4, null), (first.Total, first.Next, second.Total, second.Next));
        Assert.Equal(
            seeds.Select(seed => seed.Running).Append(seeds[1].Run).Order(), first.Items.Concat(second.Items).Select(run => run.Id).Order());
        Assert.Single((await Member.Runs(seeds[2].Experiment, 50, null, Token, table)).Items);
    }

    [Fact]
    public async Task A_row_holds_what_its_columns_show()
    {
        var seed = await Seed.Make(Team);
        await Member.TagRuns(new([seed.Run], new Dictionary<string, string> { ["stage"] = "candidate", ["other"] = "x" }), Token);

        var rows = await Member.RunRows(seed.Experiment, new(), 0, 10, [$"best.{seed.Mark}/loss", "tags.stage", "params.none", "state"], Token);

        var row = rows.Items[^1];
        Assert.Equal((2, seed.Run, $"{seed.Mark} run", $"{seed.Mark}/folder"), (rows.Total, row.Id, row.Name, row.Folder));
        Assert.Equal(new MetricSummary(0.5, 0.5, 0.5), Assert.Single(row.Metrics).Value);
        Assert.Equal(new Dictionary<string, string> { ["stage"] = "candidate" }, row.Tags);
        Assert.Empty(row.Params);
        var columns = await Member.RunColumns(seed.Experiment, new(), Token);
        Assert.Equal(2, columns.Runs);
        Assert.Equal([new($"metrics.{seed.Mark}/loss", 1, true), new("tags.other", 1, true), new RunColumnUse("tags.stage", 1, true)], columns.Items);
    }

    [Fact]
    public async Task A_deleted_run_is_gone_until_it_is_restored()
    {
        var seed = await Seed.Make(Team);
        await Member.DeleteRuns(new([seed.Run]), Token);

        Assert.Equal("run_not_found", (await Refused(() => Member.Run(seed.Run, Token))).Code);
        Assert.Equal("run_not_found", (await Refused(() => Member.Metrics(seed.Run, token: Token))).Code);
        Assert.Equal([seed.Running], (await Member.Runs(seed.Experiment, token: Token)).Items.Select(run => run.Id));
        Assert.Equal(1, (await Member.Experiment(seed.Experiment, Token)).RunCount);
        Assert.Equal([seed.Run], (await Member.Runs(seed.Experiment, 50, null, Token, new(Show: RunShow.Deleted))).Items.Select(run => run.Id));

        await Member.RestoreRuns(new([seed.Run]), Token);

        Assert.Equal($"{seed.Mark} run", (await Member.Run(seed.Run, Token)).Name);
        Assert.Equal(0.5, (await Member.Metrics(seed.Run, token: Token)).Single().Points.Single().Value);
        await Member.DeleteRun(seed.Run, Token);
        await Member.RestoreRuns(new([seed.Run, seed.Running]), Token);
        Assert.Equal(2, (await Member.Runs(seed.Experiment, token: Token)).Items.Count);
    }

    [Fact]
    public async Task Runs_are_moved_tagged_and_archived_together()
    {
        var (one, other) = (await Seed.Make(Team), await Seed.Make(Team));
        Guid[] both = [one.Run, other.Running];
        await Member.MoveRuns(new(both, other.Experiment), Token);
        await Member.TagRuns(new(both, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }), Token);
        await Member.TagRuns(new(both, new Dictionary<string, string> { ["a"] = "3" }, ["b", "c"]), Token);
        var run = await Member.Run(one.Run, Token);
        await Member.ArchiveRuns(new(both), Token);
        var left = (await Member.Runs(other.Experiment, token: Token)).Items.Select(item => item.Id);
        var archived = (await Member.Runs(other.Experiment, 50, null, Token, new(Show: RunShow.Archived))).Items;
        await Member.ArchiveRuns(new(both, false), Token);

        Assert.Equal(other.Experiment, run.ExperimentId);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "3" }, run.Tags);
        Assert.Equal([other.Run], left);
        Assert.Equal(both.Order(), archived.Select(item => item.Id).Order());
        Assert.All(archived, item => Assert.NotNull(item.ArchivedAt));
        Assert.Equal(3, (await Member.Runs(other.Experiment, token: Token)).Items.Count);
        Assert.Equal(
            ["brought back", "archived", "tagged", "tagged", "moved"],
            (await Admin.Audit(limit: 50, token: Token)).Items.Where(happened => happened.NounName == $"{one.Mark} run").Select(happened => happened.Action));
    }

    [Fact]
    public async Task What_moved_or_tagged_runs_says_how_it_is_undone()
    {
        var (one, other) = (await Seed.Make(Team), await Seed.Make(Team));
        Guid[] both = [one.Run, other.Run];
        await Member.TagRuns(new([one.Run], new Dictionary<string, string> { ["a"] = "1" }), Token);

        var moved = await Member.MoveRuns(new(both, other.Experiment), Token);
        var tagged = await Member.TagRuns(new(both, new Dictionary<string, string> { ["a"] = "2" }, ["b"]), Token);
        foreach (var undo in moved.Undo)
            await Member.MoveRuns(undo, Token);
        foreach (var undo in tagged.Undo)
            await Member.TagRuns(undo, Token);

        Assert.Equal((one.Experiment, other.Experiment), ((await Member.Run(one.Run, Token)).ExperimentId, (await Member.Run(other.Run, Token)).ExperimentId));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1" }, (await Member.Run(one.Run, Token)).Tags);
        Assert.Empty((await Member.Run(other.Run, Token)).Tags);
        Assert.Equal(2, tagged.Undo.Count);
    }

    [Fact]
    public async Task Too_many_tags_are_refused_and_none_is_set()
    {
        var seed = await Seed.Make(Team);
        await Member.TagRuns(new([seed.Run], Enumerable.Range(0, 49).ToDictionary(i => $"tag{i}", i => "x")), Token);

        var refused = await Refused(() => Member.TagRuns(new([seed.Running, seed.Run], new Dictionary<string, string> { ["y"] = "1", ["z"] = "1" }), Token));

        Assert.Equal((422, "tags_not_allowed"), (refused.Status, refused.Code));
        Assert.Contains("51 entries", refused.Detail, StringComparison.Ordinal);
        Assert.Empty((await Member.Run(seed.Running, Token)).Tags);
    }

    [Fact]
    public async Task What_tagging_leaves_in_the_audit_log_is_short_however_much_was_sent()
    {
        var seed = await Seed.Make(Team);
        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"{i:d2}{string.Concat(Enumerable.Repeat("😀", 99))}")];
        await Member.TagRuns(new([seed.Run], null, names), Token);
        var many = await Refused(() => Member.TagRuns(new([seed.Run], null, [.. names, "one more"]), Token));
        var longer = await Refused(() => Member.TagRuns(new([seed.Run], null, [new string('x', 201)]), Token));

        var detail = (await Admin.Audit(token: Token)).Items.First(happened => happened.Action == "tagged").Detail!;
        Assert.InRange(detail.Length, 500, 503);
        Assert.EndsWith("😀...", detail, StringComparison.Ordinal);
        Assert.Contains("remove", many.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((422, "tags_not_allowed", "remove holds a name of 201 characters; a tag's has at most 200."), (longer.Status, longer.Code, longer.Detail));
    }

    [Fact]
    public async Task Experiments_move_between_folders_and_a_folder_takes_all_below_with_it()
    {
        var vision = await Member.CreateExperiment(new("fashion", Folder: "vision/clothes"), Token);
        var digits = await Member.CreateExperiment(new("digits"), Token);
        var visionary = await Member.CreateExperiment(new("other", Folder: "visionary"), Token);
        await Member.MoveExperiments(new([digits.Id, vision.Id], "vision"), Token);
        await Member.MoveExperiments(new([vision.Id], "vision/clothes/old"), Token);
        await Member.RenameFolder(new("vision", "images/all"), Token);
        await Member.UpdateExperiment(visionary.Id, new("renamed"), Token);

        Assert.Equal(
            [("digits", "images/all"), ("fashion", "images/all/clothes/old"), ("renamed", "visionary")],
            (await Member.Experiments(token: Token)).Items.Select(item => (item.Name, item.Folder)).Order());
    }

    [Fact]
    public async Task A_view_is_kept_for_the_whole_team_and_comes_back_as_it_was()
    {
        var seed = await Seed.Make(Team);
        var table = new RunTable("metrics.loss < 1", "best.loss", false, ["state", "best.loss"], ["best.loss"], true, RunShow.Archived);
        var made = await Member.CreateView(new("Best", table, seed.Experiment), Token);
        var seen = await Team.Client(Role.Viewer).SavedView(made.Id, Token);
        var changed = await Member.UpdateView(made.Id, new("Better", new()), Token);

        Assert.Equal((table.Search, table.Sort, false, true, RunShow.Archived), (seen.Table.Search, seen.Table.Sort, seen.Table.Descending, seen.Table.OnlyDiffering, seen.Table.Show));
        Assert.Equal(["state", "best.loss"], seen.Table.Columns);
        Assert.Equal(["best.loss"], seen.Table.Pinned);
        Assert.Equal(("Better", null), (changed.Name, changed.ExperimentId));
        Assert.Equal(["Better", $"{seed.Mark} view"], (await Member.SavedViews(Token)).Select(view => view.Name).Order(StringComparer.Ordinal));
        await Member.DeleteView(made.Id, Token);
        Assert.Equal("view_not_found", (await Refused(() => Member.SavedView(made.Id, Token))).Code);
    }

    [Fact]
    public async Task A_viewer_may_look_and_search_and_change_nothing()
    {
        var seed = await Seed.Make(Team);
        var viewer = Team.Client(Role.Viewer);
        var before = await Team.Rows();
        Func<Task>[] calls =
        [
            () => viewer.DeleteRuns(new([seed.Run]), Token), () => viewer.RestoreRuns(new([seed.Run]), Token), () => viewer.ArchiveRuns(new([seed.Run]), Token),
            () => viewer.MoveRuns(new([seed.Run], seed.Experiment), Token), () => viewer.TagRuns(new([seed.Run], null, ["a"]), Token),
            () => viewer.MoveExperiments(new([seed.Experiment], "a"), Token), () => viewer.RenameFolder(new(seed.Mark, "a"), Token),
            () => viewer.CreateView(new("a", new()), Token), () => viewer.UpdateView(seed.View, new("a", new()), Token), () => viewer.DeleteView(seed.View, Token),
        ];

        foreach (var call in calls)
            Assert.Equal(403, (await Refused(call)).Status);
        Assert.Equal(before, await Team.Rows());
        Assert.Equal(2, (await viewer.RunRows(seed.Experiment, new($"name ~ {seed.Mark}"), 0, 10, [], Token)).Total);
    }
}
