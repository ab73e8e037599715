// POST /api/deployments/{deployment}/predict: named columns in, answers out. With caller, route and model in memory no query is made.
// The way is the open protocol's (Admission, the deployment's queue, its counts); what is said and how is this call's own.
using System.ComponentModel;
using System.Diagnostics;
using MaaS.Api.Deployments;
using MaaS.Api.Inference.Answers;
using MaaS.Api.Inference.Samples;
using MaaS.Api.Inference.Shadows;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Inference;
using MaaS.Inference.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MaaS.Api.Inference;

internal static class PredictEndpoints
{
    public static void AddServing(this WebApplicationBuilder builder)
    {
        SharedThreads.Make();
        _ = Cuda.Missing; // looks for the GPU's libraries, which may take seconds: not while somebody waits for an answer
        builder.Services.AddSingleton<Router>().AddSingleton<Routes>().AddSingleton<Comparisons>().AddSingleton<PackageCache>().AddSingleton<LoadedModels>().AddSingleton<TrafficPlan>()
            .AddSingleton<ServingCounts>().AddSingleton<Meters>().AddSingleton<Admission>().AddSingleton<MetricsText>().AddSingleton<TrafficRecorder>()
            .AddSingleton<KeptAnswers>().AddSingleton<RequestSamples>().AddSingleton<ServingMeter>();
        builder.Services.AddOpenInference();
        builder.AddListening();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<LoadedModels>()).AddHostedService(provider => provider.GetRequiredService<Meters>())
            .AddHostedService(provider => provider.GetRequiredService<Comparisons>()).AddHostedService<Guards>()
            .AddHostedService(provider => provider.GetRequiredService<TrafficRecorder>()).AddHostedService(provider => provider.GetRequiredService<KeptAnswers>())
            .AddHostedService(provider => provider.GetRequiredService<RequestSamples>());
    }

    public static void MapPredict(this IEndpointRouteBuilder deployments) =>
        deployments.MapPost("{deployment}/predict", Predict).WithTags("Predictions").WithSummary("Predict: one row or many")
            .WithMetadata(new RequestSizeLimitAttribute(Limits.PredictionBytes));

    private static async Task<Results<Ok<PredictResponse>, NotFoundProblem, InvalidProblem, ServingProblem>> Predict(
        string deployment, PredictRequest request, Caller caller, Admission admission, HttpContext http, CancellationToken token,
        [FromHeader(Name = Sticky.Header), Description("Whose request it is: those of one key get one version while the weights stay as they are.")] string? stickyKey = null)
    {
        var began = Stopwatch.GetTimestamp();
        if (request.Rows.Any(row => row is null))
            return new InvalidProblem("invalid_input", "rows holds a null; each row is an object of column names and values.");
        try
        {
            using var stay = caller.Usage!.Enter();
            var admitted = await admission.Admit(caller, deployment, null, token, stickyKey);
            var (route, share, model) = admitted;
            share.Count.Begin();
            try
            {
                if (Presentation.Refusal(request, model.Manifest.Labels) is { } refusal)
                    throw new InputError([refusal]);
                var predictions = await Answer(request, admission, share, model, began, token);
                var id = $"{Guid.CreateVersion7()}";
                share.Answers?.Keep(id, predictions);
                if (admitted.IsFollowed)
                    http.Response.OnCompleted(() =>
                    {
                        admitted.Follow(request, predictions, id);
                        return Task.CompletedTask;
                    });
                return TypedResults.Ok(new PredictResponse(route.Name, share.Model, share.Version, route.Revision, Presentation.Of(request, predictions), id));
            }
            catch (InputError wrong)
            {
                share.Fail(Failure.Other);
                return new InvalidProblem("invalid_input", wrong.Message);
            }
            catch (ServingError refused)
            {
                share.Fail(refused.Failure);
                throw;
            }
            finally
            {
                share.Count.End();
            }
        }
        catch (ServingError refused)
        {
            return refused.Status == ServingStatus.NotFound ? DeploymentEndpoints.Missing(deployment) : new ServingProblem(refused);
        }
    }

    private static async Task<IReadOnlyList<Prediction>> Answer(
        PredictRequest request, Admission admission, RouteShare share, Model model, long began, CancellationToken token)
    {
        var call = new Call();
        try
        {
            var (outcome, predictions) = await model.Predict(request.Rows, call, share.Queue(model), token);
            for (var reloads = 0; outcome == CallOutcome.Unloaded && reloads < Admission.MostReloads; reloads++)
            {
                model = await admission.Load(share, token);
                (outcome, predictions) = await model.Predict(request.Rows, call, share.Queue(model), token);
            }
            if (outcome != CallOutcome.Answered)
                throw Admission.Refuse(share, call, outcome);
            share.Succeed(began, call, model);
            return predictions;
        }
        finally
        {
            call.Release();
        }
    }
}
