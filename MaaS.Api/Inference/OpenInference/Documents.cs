// What the open protocol says of servers and models, in its own words; JSON writes the members in snake_case.
namespace MaaS.Api.Inference.OpenInference;

internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <param name="Shape">-1 is of any size.</param>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

internal sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

internal sealed record ModelReadiness(string Name, bool Ready);

/// <param name="MaxBatchSize">Rows a request may have; 0 for a model that is not by rows. Otherwise the dimensions leave the rows out.</param>
internal sealed record ModelConfig(
    string Name, string Platform, string Backend, int MaxBatchSize, IReadOnlyList<TensorConfig> Input, IReadOnlyList<TensorConfig> Output,
    BatchingConfig? DynamicBatching, IReadOnlyList<InstanceGroup> InstanceGroup, IReadOnlyDictionary<string, ParameterValue> Parameters);

/// <param name="Kind">KIND_CPU or KIND_GPU.</param>
internal sealed record InstanceGroup(string Kind, int Count);

internal sealed record ParameterValue(string StringValue);

internal sealed record TensorConfig(string Name, string DataType, IReadOnlyList<long> Dims);

internal sealed record BatchingConfig(
    IReadOnlyList<int> PreferredBatchSize, long MaxQueueDelayMicroseconds, int PriorityLevels, int DefaultPriorityLevel, QueuePolicy DefaultQueuePolicy);

internal sealed record QueuePolicy(long DefaultTimeoutMicroseconds, bool AllowTimeoutOverride, int MaxQueueSize);

internal sealed record StatisticsReport(IReadOnlyList<ModelStatistics> ModelStats);

/// <param name="LastInference">Milliseconds since 1970; 0 for never.</param>
/// <param name="InferenceCount">Rows.</param>
/// <param name="ExecutionCount">Runs; the mean batch is the one over the other.</param>
internal sealed record ModelStatistics(
    string Name, string Version, long LastInference, long InferenceCount, long ExecutionCount, InferenceStatistics InferenceStats,
    IReadOnlyList<BatchStatistics> BatchStats);

internal sealed record InferenceStatistics(
    StatisticDuration Success, StatisticDuration Fail, StatisticDuration Queue, StatisticDuration ComputeInput, StatisticDuration ComputeInfer,
    StatisticDuration ComputeOutput, StatisticDuration CacheHit, StatisticDuration CacheMiss);

internal sealed record BatchStatistics(int BatchSize, StatisticDuration ComputeInput, StatisticDuration ComputeInfer, StatisticDuration ComputeOutput);

internal readonly record struct StatisticDuration(long Count, long Ns);

/// <param name="State">READY or UNAVAILABLE, and then the reason says why.</param>
internal sealed record RepositoryEntry(string Name, string Version, string State, string Reason);
