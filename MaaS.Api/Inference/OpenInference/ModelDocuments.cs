// Makes the documents of the open protocol: what the server is, what a deployment takes and gives, how it did so far.
using System.Diagnostics;
using System.Reflection;
using MaaS.Api.Deployments;
using MaaS.Api.Teams;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal sealed class ModelDocuments(Admission admission, ServingCounts counts)
{
    private const string Platform = "onnxruntime_onnx", Backend = "onnxruntime";

    public static ServerMetadata Server { get; } = new("maas", typeof(ModelDocuments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        ["binary_tensor_data", "classification", "model_configuration", "model_repository", "schedule_policy", "statistics"]);

    public async Task<ModelMetadata> Metadata(Caller caller, string model, string? version, CancellationToken token)
    {
        var (route, _, loaded) = await Loaded(caller, model, version, token);
        var signature = loaded.Tensors.Signature;
        return new(route.Name, [.. route.Shares.OrderBy(share => share.Version).Select(share => share.VersionText)], Platform,
            Tensors(signature.Inputs), Tensors(signature.Outputs));

        static IReadOnlyList<TensorMetadata> Tensors(IReadOnlyList<TensorInfo> tensors) =>
            [.. tensors.Select(tensor => new TensorMetadata(tensor.Name, tensor.Datatype.Name(), tensor.Shape))];
    }

    public async Task<ModelConfig> Config(Caller caller, string model, string? version, CancellationToken token)
    {
        var (route, share, loaded) = await Loaded(caller, model, version, token);
        var (signature, batching) = (loaded.Tensors.Signature, share.Batching);
        return new(route.Name, Platform, Backend, signature.ByRows ? signature.MostRows : 0, Tensors(signature.Inputs), Tensors(signature.Outputs),
            batching.MaxBatchSize == 1 ? null : new([batching.MaxBatchSize], 1000L * batching.QueueDelayMs, Call.Priorities, Call.UsualPriority,
                new(1000L * batching.TimeoutMs, true, batching.QueueLimit)),
            [new(loaded.IsOnGpu ? "KIND_GPU" : "KIND_CPU", 1)], Parameters(share, loaded));

        IReadOnlyList<TensorConfig> Tensors(IReadOnlyList<TensorInfo> tensors) => [.. tensors.Select(tensor =>
            new TensorConfig(tensor.Name, $"TYPE_{(tensor.Datatype == Datatype.Bytes ? "STRING" : tensor.Datatype.Name())}", [.. tensor.Shape.Skip(signature.ByRows ? 1 : 0)]))];
    }

    /// <summary>Whether a request would be answered; a cold version is loaded to find out.</summary>
    public async Task<bool> Ready(Caller caller, string model, string? version, CancellationToken token)
    {
        try
        {
            await admission.Admit(caller, model, version, token);
            return true;
        }
        catch (ServingError refused) when (refused.Status is ServingStatus.NotFound or ServingStatus.Unavailable)
        {
            return false;
        }
    }

    /// <param name="model">Null for every deployment of the team that was asked anything since this process started.</param>
    public async Task<StatisticsReport> Statistics(Caller caller, string? model, string? version, CancellationToken token)
    {
        if (model is null)
            return Report(counts.All.Where(count => count.Team == caller.TeamId));
        var route = await admission.Route(caller, model, token);
        return Report(version is null ? route.Shares.Select(share => share.Count) : [Admission.Share(route, version).Count]);
    }

    /// <summary>What was asked for, and why it is not so where it is not.</summary>
    private static Dictionary<string, ParameterValue> Parameters(RouteShare share, Model loaded)
    {
        var parameters = new Dictionary<string, ParameterValue> { ["execution_provider"] = new(share.Provider.ToString().ToLowerInvariant()) };
        if (share.Provider == ExecutionProvider.Cuda && (loaded.Remark ?? Cuda.Missing) is { } why && !loaded.IsOnGpu)
            parameters["execution_provider_remark"] = new($"computed on the CPU, because {why}");
        return parameters;
    }

    private async Task<(DeploymentRoute Route, RouteShare Share, Model Loaded)> Loaded(Caller caller, string model, string? version, CancellationToken token)
    {
        var route = await admission.Route(caller, model, token);
        // Without a version the one with the most traffic speaks for the deployment.
        var share = version is null ? route.Shares.MaxBy(share => share.Weight)! : Admission.Share(route, version);
        return (route, share, await admission.Load(share, token));
    }

    private static StatisticsReport Report(IEnumerable<ServingCount> counts) => new([.. counts
        .OrderBy(count => count.Deployment, StringComparer.Ordinal).ThenBy(count => count.Version).Select(One)]);

    private static ModelStatistics One(ServingCount count)
    {
        var done = count.Succeeded;
        return new(count.Deployment, $"{count.Version}", count.LastAt, count.Rows, count.Batches.Runs,
            new(
                new(done, Ns(count.RequestTicks)), new(Enum.GetValues<Failure>().Sum(count.Failed), 0), new(done, Ns(count.QueueTicks)),
                new(done, Ns(count.InputTicks)), new(done, Ns(count.ComputeTicks)), new(done, Ns(count.OutputTicks)), default, default),
            [.. count.Batches.BySize.Select(size =>
                new BatchStatistics(size.Key, new(size.Value.Runs, Ns(size.Value.FillTicks)), new(size.Value.Runs, Ns(size.Value.ComputeTicks)), default))]);
    }

    private static long Ns(long ticks) => (long)(Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds * 1e6);
}
