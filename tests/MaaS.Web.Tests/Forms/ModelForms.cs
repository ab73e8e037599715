// Forms about models and their compression.
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Compression;
using MaaS.Web.Models;
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

internal static class ModelForms
{
    private static readonly ModelView s_model = new(Guid.NewGuid(), "customers", null, Examples.ModelVersion, new Dictionary<string, int>(), DateTimeOffset.UnixEpoch);

    private const string Approvals = "/api/models/customers/versions/2/approvals";

    private static readonly ApprovalView s_pending = new(Guid.NewGuid(), "customers", 2, ApprovalState.Pending, "bo@example.com", DateTimeOffset.UnixEpoch, "better on March");

    public static FormCase[] All { get; } =
    [
        new("Models/AliasForm", "set-alias", "PUT /api/models/customers/aliases/champion")
        {
            Answer = s_model,
            Open = portal => portal.Shown<AliasForm>(builder => builder.Add(form => form.Model, s_model)),
            Right = async page =>
            {
                await page.PutAt("Alias", "champion");
                await page.PutAt("Version", "2");
            },
            Sends = "\"version\":2",
            Wrong = async page =>
            {
                await page.PutAt("Alias", "champion");
                await page.PutAt("Version", "0");
            },
            Says = "Version must be between",
        },
        new("Models/ModelPage", "save-about", "PUT /api/models/customers")
        {
            Answer = s_model,
            Open = portal =>
            {
                portal.Api.Answers("GET /api/models/customers", s_model).Answers("GET /api/models/customers/versions", new Page<ModelVersionView>([Examples.ModelVersion]));
                return portal.Shown<ModelPage>(builder => builder.Add(page => page.Name, "customers"));
            },
            Right = page => page.PutAt("Description", "Who leaves?"),
            Sends = "\"description\":\"Who leaves?\"",
            Wrong = page => page.PutAt("Description", new('a', 2001)),
            Says = "maximum length of 2000",
        },
        new("Models/ApprovalCard", "request-approval", $"POST {Approvals}")
        {
            Answer = s_pending,
            Open = portal => Approval(portal),
            Right = page => page.Put("approval-note", "better on March"),
            Sends = """{"note":"better on March"}""",
            Wrong = page => page.Put("approval-note", ""),
            Says = "Note is required.",
        },
        new("Models/ApprovalCard", "decide", $"PUT {Approvals}/pending")
        {
            Role = Role.Admin,
            Answer = s_pending with { State = ApprovalState.Approved },
            Open = portal => Approval(portal, s_pending),
            Right = page => page.Put("decision-note", "good enough"),
            Sends = "\"note\":\"good enough\"",
            Wrong = page => page.Put("decision-note", ""),
            Says = "Note is required.",
        },
        new("Models/ScoreForm", "score", "POST /api/jobs")
        {
            Answer = Examples.Job(JobState.Queued),
            Open = portal =>
            {
                portal.Api.Answers("GET /api/datasets", new Page<DatasetView>([Examples.Dataset]));
                return portal.Shown<ScoreForm>(builder => builder.Add(form => form.Version, Examples.ModelVersion));
            },
            Right = page => page.Put("score-dataset", $"{Examples.VersionId}"),
            Sends = $"\"dataset_version_id\":\"{Examples.VersionId}\"",
            Wrong = page => page.Put("score-dataset", ""),
        },
        new("Compression/CompressFields", "compress", "POST /api/jobs")
        {
            Answer = Examples.Job(JobState.Queued),
            Open = portal => portal.Shown<CompressFields>(builder => builder.Add(fields => fields.Form, new CompressForm(Examples.ModelVersion))),
            Right = page => page.Put("minutes", "2.5"),
            Sends = "\"minutes\":2.5",
            Wrong = page => page.Put("minutes", "0"),
            Says = "Minutes must be between",
        },
    ];
    private static Task<IRenderedComponent<IComponent>> Approval(Portal portal, params ApprovalView[] there)
    {
        portal.Api.Answers($"GET {Approvals}", there);
        return portal.Shown<ApprovalCard>(builder => builder.Add(card => card.Version, Examples.ModelVersion));
    }
}
