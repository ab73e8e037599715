// Forms about deployments, and the one that asks them.
using System.Text.Json;
using Bunit;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Contracts.Teams;
using MaaS.Web.Deployments;
using MaaS.Web.Playground;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Web.Tests.Forms;

internal static class ServingForms
{
    private static readonly DeploymentView s_deployment = Examples.Deployment(Examples.Revision(2, 2));

    public static FormCase[] All { get; } =
    [
        new("Deployments/TrafficForm", "revise", "POST /api/deployments/customers/revisions")
        {
            Answer = s_deployment,
            Open = portal =>
            {
                portal.Api.Answers("GET /api/models", new Page<ModelView>([]));
                return portal.Shown<TrafficForm>(builder => builder.Add(form => form.Deployment, s_deployment));
            },
            Right = page => page.Put("traffic-version-0", "3"),
            Sends = """{"traffic":[{"model":"customers","version":3,"weight":100}]}""",
            Wrong = page => page.Put("kept-days", "91"),
            Says = "must be between 0 and 90",
        },
        new("Deployments/DeployDialog", "deploy-there", "POST /api/deployments")
        {
            Answer = s_deployment,
            Open = async portal =>
            {
                portal.Api.Answers("GET /api/models/customers/versions/2/targets", Array.Empty<DeployTarget>());
                var dialogs = portal.Dialogs();
                _ = portal.Page<DeployButton>(builder => builder.Add(button => button.Model, "customers").Add(button => button.Version, 2)).Find("[data-testid=deploy-to]").ClickAsync();
                await dialogs.WaitForElementAsync("[data-testid=deploy-there]");
                return (IRenderedComponent<IComponent>)dialogs;
            },
            Right = page => page.Put("new-endpoint", "shop"),
            Sends = "\"name\":\"shop\"",
            Wrong = page => page.Put("new-endpoint", "No Good"),
            Says = "Name must be 1 to 63 characters",
        },
        new("Deployments/SamplingForm", "start-sampling", "POST /api/deployments/customers/sampling")
        {
            Role = Role.Admin,
            Answer = new SamplingView(SamplingState.Running, []),
            Open = portal => portal.Shown<SamplingForm>(builder => builder.Add(form => form.Deployment, "customers").Add(form => form.Sampling, new(SamplingState.Off, [new("age", true)]))),
            Right = page => page.Put("sampling-requests", "25"),
            Sends = "\"requests\":25",
            Wrong = page => page.Put("sampling-requests", "0"),
            Says = "Requests must be between",
        },
        new("Playground/PredictPanel", "predict", "POST /api/deployments/customers/predict")
        {
            Answer = new PredictResponse("customers", "customers", 2, 2, [new("yes", new Dictionary<string, float> { ["yes"] = 1 })]),
            Open = portal =>
            {
                portal.Services.AddSingleton(new ApiAddress(new ConfigurationBuilder().Build()));
                portal.Api.Answers("GET /api/deployments/customers", s_deployment).Answers("GET /api/models/customers/versions/2", Examples.ModelVersion)
                    .Answers("GET /api/models/customers/versions/2/files/sample.json", new ModelSample([JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"age":41}""")!], []));
                return portal.Shown<PredictPanel>(builder => builder.Add(panel => panel.Deployment, "customers"));
            },
            Right = page => page.Put("input-age", "52"),
            Sends = "\"age\":52",
            Why = "what a model takes, the server that has it says, at the field",
        },
    ];
}
