// Forms about experiments, their folders and views, and runs.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Jobs;
using MaaS.Web.Experiments;
using MaaS.Web.Tests.Experiments;
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

internal static class RunForms
{
    private const string Folder = "Folder must be";

    private static readonly ExperimentView s_experiment = new(Examples.ExperimentId, "Customers 2026", null, DateTimeOffset.UnixEpoch, 12, null, "shop");
    private static readonly RunView s_run = Examples.Run(Examples.Job(JobState.Succeeded));

    public static FormCase[] All { get; } =
    [
        new("Experiments/ExperimentsPage", "move-experiments", "POST /api/experiments/move")
        {
            Open = async portal =>
            {
                var page = await Experiments(portal).Shown<ExperimentsPage>();
                await page.Find("[aria-label='Choose Customers 2026']").ChangeAsync(true);
                return page;
            },
            Right = page => page.Put("target-folder", "tables"),
            Sends = "\"folder\":\"tables\"",
            Wrong = page => page.Put("target-folder", "/a"),
            Says = Folder,
        },
        new("Experiments/ExperimentsPage", "create-experiment", "POST /api/experiments")
        {
            Answer = s_experiment,
            Open = portal => Experiments(portal).Shown<ExperimentsPage>(),
            Right = page => page.Put("experiment-name", "digits"),
            Sends = "\"name\":\"digits\"",
            Wrong = page => page.Put("experiment-name", ""),
            Says = "Name is required.",
        },
        new("Experiments/FolderTree", "rename-folder", "POST /api/folders/rename")
        {
            Open = portal => Experiments(portal).Shown<ExperimentsPage>().Pressed("rename-shop"),
            Right = page => page.Put("new-path", "store"),
            Sends = """{"folder":"shop","to":"store"}""",
            Wrong = page => page.Put("new-path", "a//b"),
            Says = "To must be",
        },
        new("Experiments/ExperimentPage", "save-experiment", $"PUT /api/experiments/{Examples.ExperimentId}")
        {
            Answer = s_experiment,
            Open = portal =>
            {
                portal.Api.Answers($"GET /api/experiments/{Examples.ExperimentId}", s_experiment).Answers("GET /api/runs/columns", Rows.Columns)
                    .Answers("GET /api/runs/rows", new RunRows(Rows.All, Rows.All.Count)).Answers("GET /api/views", Array.Empty<SavedView>());
                return portal.Shown<ExperimentPage>(builder => builder.Add(page => page.Id, Examples.ExperimentId));
            },
            Right = page => page.Put("experiment-name", "Customers 2027"),
            Sends = "\"name\":\"Customers 2027\"",
            Wrong = page => page.Put("experiment-folder", "/a"),
            Says = Folder,
        },
        new("Experiments/SavedViews", "keep-view", "POST /api/views")
        {
            Answer = new SavedView(Guid.NewGuid(), "best", null, new(), "ada@example.com", DateTimeOffset.UnixEpoch),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/views", Array.Empty<SavedView>());
                return portal.Shown<SavedViews>(builder => builder.Add(views => views.Table, new RunTable(Search: "state = failed")).Add(views => views.Opened, (RunTable _) => { })).Pressed("save-view");
            },
            Right = page => page.Put("view-name", "best"),
            Sends = """{"name":"best","table":{"search":"state = failed",""",
            Wrong = page => page.Put("view-name", ""),
            Says = "Name is required.",
        },
        new("Experiments/RunBatch", "move-runs", "POST /api/runs/move")
        {
            Answer = new MovedRuns([]),
            Open = portal => Batch(Experiments(portal)).Pressed("move"),
            Sends = $"\"experiment_id\":\"{Examples.ExperimentId}\"",
            Why = "an experiment is chosen from a list",
        },
        new("Experiments/RunBatch", "tag-runs", "POST /api/runs/tag")
        {
            Answer = new TaggedRuns([]),
            Open = portal => Batch(portal).Pressed("tag"),
            Right = async page =>
            {
                await page.Put("tag-name", "stage");
                await page.Put("tag-value", "candidate");
            },
            Sends = "\"set\":{\"stage\":\"candidate\"}",
            Wrong = page => page.Put("tag-name", ""),
        },
        new("Experiments/RunNotes", "save-notes", $"PUT /api/runs/{Examples.RunId}")
        {
            Answer = s_run,
            Open = portal => portal.Shown<RunNotes>(builder => builder.Add(notes => notes.Run, s_run)).Pressed("edit-notes"),
            Right = page => page.Put("notes", "*Best*"),
            Sends = "\"notes\":\"*Best*\"",
            Wrong = page => page.Put("run-name", ""),
            Says = "Name is required.",
        },
        new("Experiments/RunNotes", "add-tag", "POST /api/runs/tag")
        {
            Answer = new TaggedRuns([]),
            Open = portal => portal.Shown<RunNotes>(builder => builder.Add(notes => notes.Run, s_run)),
            Right = page => page.Put("tag-name", "stage"),
            Sends = "\"set\":{\"stage\":\"\"}",
            Wrong = page => page.Put("tag-name", ""),
        },
        new("Experiments/RunOutcomeCard", "register", "POST /api/models/customers/versions")
        {
            Answer = Examples.ModelVersion,
            Open = portal => portal.Shown<RunOutcomeCard>(builder => builder.Add(card => card.Run, s_run).Add(card => card.Outcome, new RunOutcome(Examples.Manifest))),
            Right = page => page.Put("register-name", "customers"),
            Sends = $"\"run_id\":\"{Examples.RunId}\"",
            Wrong = page => page.Put("register-name", "No Good"),
            Says = "Model must be 1 to 63 characters",
        },
    ];

    private static Portal Experiments(Portal portal)
    {
        portal.Api.Answers("GET /api/experiments", new Page<ExperimentView>([s_experiment]));
        return portal;
    }

    private static Task<IRenderedComponent<IComponent>> Batch(Portal portal)
    {
        var selection = new RunSelection();
        selection.Set(Examples.RunId, true);
        return portal.Shown<RunBatch>(builder => builder.Add(batch => batch.Selection, selection));
    }
}
