// The protocol's documents as the messages of open_inference.proto.
using MaaS.Api.Inference.OpenInference.Grpc;

namespace MaaS.Api.Inference.OpenInference;

internal static class GrpcDocuments
{
    public static ModelMetadataResponse Of(ModelMetadata metadata) => new()
    {
        Name = metadata.Name,
        Versions = { metadata.Versions },
        Platform = metadata.Platform,
        Inputs = { metadata.Inputs.Select(Of) },
        Outputs = { metadata.Outputs.Select(Of) },
    };

    public static ModelConfigResponse Of(ModelConfig config) => new()
    {
        Config = new()
        {
            Name = config.Name,
            Platform = config.Platform,
            Backend = config.Backend,
            MaxBatchSize = config.MaxBatchSize,
            Input = { config.Input.Select(input => new ModelInput { Name = input.Name, DataType = Type(input.DataType), Dims = { input.Dims } }) },
            Output = { config.Output.Select(output => new ModelOutput { Name = output.Name, DataType = Type(output.DataType), Dims = { output.Dims } }) },
            DynamicBatching = config.DynamicBatching is { } batching ? new()
            {
                PreferredBatchSize = { batching.PreferredBatchSize },
                MaxQueueDelayMicroseconds = (ulong)batching.MaxQueueDelayMicroseconds,
            } : null,
            InstanceGroup = { config.InstanceGroup.Select(group => new ModelInstanceGroup { Count = group.Count, Kind = group.Kind == "KIND_GPU" ? ModelInstanceGroup.Types.Kind.Gpu : ModelInstanceGroup.Types.Kind.Cpu }) },
            Parameters = { config.Parameters.ToDictionary(parameter => parameter.Key, parameter => new ModelParameter { StringValue = parameter.Value.StringValue }) },
        },
    };

    public static ModelStatisticsResponse Of(StatisticsReport report) => new() { ModelStats = { report.ModelStats.Select(Of) } };

    public static RepositoryIndexResponse Of(IReadOnlyList<RepositoryEntry> entries) => new()
    {
        Models = { entries.Select(entry => new RepositoryIndexResponse.Types.ModelIndex { Name = entry.Name, Version = entry.Version, State = entry.State, Reason = entry.Reason }) },
    };

    private static ModelMetadataResponse.Types.TensorMetadata Of(TensorMetadata tensor) => new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };

    private static Grpc.ModelStatistics Of(ModelStatistics statistics) => new()
    {
        Name = statistics.Name,
        Version = statistics.Version,
        LastInference = (ulong)statistics.LastInference,
        InferenceCount = (ulong)statistics.InferenceCount,
        ExecutionCount = (ulong)statistics.ExecutionCount,
        InferenceStats = new()
        {
            Success = Of(statistics.InferenceStats.Success),
            Fail = Of(statistics.InferenceStats.Fail),
            Queue = Of(statistics.InferenceStats.Queue),
            ComputeInput = Of(statistics.InferenceStats.ComputeInput),
            ComputeInfer = Of(statistics.InferenceStats.ComputeInfer),
            ComputeOutput = Of(statistics.InferenceStats.ComputeOutput),
            CacheHit = Of(statistics.InferenceStats.CacheHit),
            CacheMiss = Of(statistics.InferenceStats.CacheMiss),
        },
        BatchStats =
        {
            statistics.BatchStats.Select(batch => new InferBatchStatistics
            {
                BatchSize = (ulong)batch.BatchSize,
                ComputeInput = Of(batch.ComputeInput),
                ComputeInfer = Of(batch.ComputeInfer),
                ComputeOutput = Of(batch.ComputeOutput),
            }),
        },
    };

    private static Grpc.StatisticDuration Of(StatisticDuration duration) => new() { Count = (ulong)duration.Count, Ns = (ulong)duration.Ns };

    /// <summary>"TYPE_FP32" as C# spells it.</summary>
    private static DataType Type(string name) => Enum.Parse<DataType>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
