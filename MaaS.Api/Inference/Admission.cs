// The way of every request to a model, whichever protocol brings it: who calls, which deployment, which version takes it, is that in
// memory. Here and in this order; limits have their place between the deployment and the version.
using MaaS.Api.Deployments;
using MaaS.Api.Teams;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

/// <param name="Share">The version that takes the request, and where it is counted.</param>
internal readonly record struct Admitted(DeploymentRoute Route, RouteShare Share, Model Model)
{
    /// <summary>Whether anybody looks at the request once its caller has the answer.</summary>
    public bool IsFollowed => Share.IsShadowed || Route.Sampler is not null;

    /// <summary>Shows a call whose caller has its answer to whoever looks at it, before the call is released.</summary>
    public void Follow(Call call, string requestId)
    {
        if (Share.IsShadowed)
            Share.Show(call, Model);
        Route.Sampler?.Take(call, Share, Model, requestId);
    }

    public void Follow(PredictRequest request, IReadOnlyList<Prediction> answered, string requestId)
    {
        if (Share.IsShadowed)
            Share.Show(request, answered);
        Route.Sampler?.Take(request, answered, Share, Model, requestId);
    }
}

internal sealed class Admission(Callers callers, Router router, LoadedModels models)
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    // More versions than the memory holds, all asked for at once, may take it from each other again and again.
    public const int MostReloads = 20;

    /// <param name="header">Authorization, as it came.</param>
    /// <exception cref="ServingError">Nobody known calls, or not with this role.</exception>
    public async ValueTask<Caller> Caller(string? header, Role needed, CancellationToken token)
    {
        if (await callers.Find(header, token) is not { } caller)
            throw new ServingError(ServingStatus.Unauthenticated, "send a session token or an API key that is known, unexpired and not revoked: \"Authorization: Bearer ...\".");
        return caller.Role >= needed ? caller
            : throw new ServingError(ServingStatus.Forbidden, $"your role is {caller.Role.Word()}; this needs {needed.Word()}. An admin of the team can change it.");
    }

    /// <exception cref="ServingError">The team has no such deployment.</exception>
    public async ValueTask<DeploymentRoute> Route(Caller caller, string deployment, CancellationToken token) =>
        await router.Find(caller.TeamId, deployment, token)
            ?? throw new ServingError(ServingStatus.NotFound, $"Request for unknown model: '{deployment}' is not found");

    /// <param name="version">Null for what the traffic weights say.</param>
    /// <param name="stickyKey">Whose request it is, as far as the weights are concerned; null for anybody's.</param>
    /// <exception cref="ServingError">There is no such deployment or version, or it does not serve at the moment.</exception>
    public async ValueTask<Admitted> Admit(Caller caller, string deployment, string? version, CancellationToken token, string? stickyKey = null)
    {
        var route = await Route(caller, deployment, token);
        if (route.State == DeploymentState.Paused)
            throw new ServingError(ServingStatus.Unavailable, $"'{deployment}' is paused; resume it to get predictions.", code: "deployment_paused");
        var share = Share(route, version, stickyKey);
        return new(route, share, await Load(share, token));
    }

    /// <exception cref="ServingError">The deployment's revision has no such version.</exception>
    public static RouteShare Share(DeploymentRoute route, string? version, string? stickyKey = null) => version is null ? route.Pick(stickyKey)
        : int.TryParse(version, System.Globalization.NumberStyles.None, null, out var number) && route.Pick(number) is { } share ? share
        : throw new ServingError(ServingStatus.NotFound,
            $"Request for unknown model: '{route.Name}' version {version} is not found; revision {route.Revision} has {string.Join(", ", route.Shares.Select(share => share.VersionText))}");

    /// <summary>A cold version is loaded, and the request waits for it.</summary>
    /// <exception cref="ServingError">It cannot be loaded.</exception>
    public async ValueTask<Model> Load(RouteShare share, CancellationToken token)
    {
        try
        {
            return await models.Get(share.VersionId, share.Provider).WaitAsync(token);
        }
        catch (Exception failure) when (failure is ModelLoadException or InvalidDataException or FileNotFoundException)
        {
            throw new ServingError(ServingStatus.Unavailable, $"failed to load version {share.Version} of \"{share.Model}\": {failure.Message}", s_soon, code: "version_failed_to_load");
        }
    }

    /// <summary>For a call that met a version in the very moment in which it was unloaded: it is loaded again, and the request waits for it.</summary>
    /// <exception cref="ServingError">It cannot be loaded.</exception>
    public async ValueTask<CallOutcome> AskAgain(RouteShare share, Call call, TimeSpan? timeout, CancellationToken token)
    {
        var outcome = CallOutcome.Unloaded;
        for (var reloads = 0; outcome == CallOutcome.Unloaded && reloads < MostReloads; reloads++)
            outcome = await share.Queue(await Load(share, token)).Ask(call, timeout, token);
        return outcome;
    }

    /// <summary>What a call that was not answered is refused with.</summary>
    public static ServingError Refuse(RouteShare share, Call call, CallOutcome outcome) => outcome switch
    {
        CallOutcome.Stopped => new(ServingStatus.Unavailable, $"the computation was stopped: it took longer than the {share.Batching.RunLimitMs} ms of the deployment's run_limit_ms.", null, Failure.Backend, "run_limit_reached"),
        CallOutcome.QueueFull => new(ServingStatus.TooMany, $"Exceeds maximum queue size: {share.Batching.QueueLimit} requests wait already; try again shortly.", s_soon, Failure.Rejected, "queue_full"),
        CallOutcome.TimedOut => new(ServingStatus.Unavailable, "Request timeout expired: it waited longer than its timeout allows.", s_soon, Failure.Rejected, "timed_out"),
        CallOutcome.Canceled => new(ServingStatus.Invalid, "the request was canceled by its caller.", null, Failure.Canceled, "canceled"),
        CallOutcome.Unloaded => new(ServingStatus.Unavailable, "the version was unloaded in this very moment; try again.", s_soon, Failure.Backend, "unloaded"),
        _ => new(ServingStatus.Invalid, $"the model refused the input: {call.Failure}", null, Failure.Backend),
    };
}
