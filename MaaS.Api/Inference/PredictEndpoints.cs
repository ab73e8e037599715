// POST /api/deployments/{deployment}/predict: named columns in, answers out. With caller, route and model in memory no query is made.
using MaaS.Api.Deployments;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Inference;

internal static class PredictEndpoints
{
    public static void AddServing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Router>().AddSingleton<PackageCache>().AddSingleton<LoadedModels>().AddSingleton<TrafficPlan>()
            .AddSingleton<ServingCounts>().AddSingleton<Admission>().AddSingleton<MetricsText>();
        builder.Services.AddOpenInference();
        builder.AddListening();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<LoadedModels>());
    }

    public static void MapPredict(this IEndpointRouteBuilder deployments) =>
        deployments.MapPost("{deployment}/predict", Predict).WithTags("Predictions").WithSummary("Predict: one row or many")
            .WithMetadata(new RequestSizeLimitAttribute(Limits.PredictionBytes));

    private static async Task<Results<Ok<PredictResponse>, NotFoundProblem, InvalidProblem, UnavailableProblem>> Predict(
        string deployment, PredictRequest request, Caller caller, Router router, LoadedModels models, CancellationToken token)
    {
        if (await router.Find(caller.TeamId, deployment, token) is not { } route)
            return DeploymentEndpoints.Missing(deployment);
        if (route.State == DeploymentState.Paused)
            return new UnavailableProblem("deployment_paused", $"\"{deployment}\" is paused; resume it to get predictions.");
        if (request.Rows.Any(row => row is null))
            return new InvalidProblem("invalid_input", "rows holds a null; each row is an object of column names and values.");
        var share = route.Pick();
        try
        {
            var predictions = await Answer(models, share.VersionId, request);
            return TypedResults.Ok(new PredictResponse(route.Name, share.Model, share.Version, route.Revision, predictions));
        }
        catch (InputError wrong)
        {
            return new InvalidProblem("invalid_input", wrong.Message);
        }
        catch (Exception failure) when (failure is ModelLoadException or InvalidDataException or FileNotFoundException)
        {
            return new UnavailableProblem("version_failed_to_load", $"Version {share.Version} of \"{share.Model}\" cannot be served here at the moment: {failure.Message}");
        }
    }

    private static async Task<IReadOnlyList<Prediction>> Answer(LoadedModels models, Guid version, PredictRequest request)
    {
        try
        {
            return (await models.Get(version)).Predict(request.Rows);
        }
        catch (ObjectDisposedException)
        {
            // Unloaded as idle in this very moment; it loads again.
            return (await models.Get(version)).Predict(request.Rows);
        }
    }
}
