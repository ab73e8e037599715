// How long a model takes and how much memory, as it is served: through the same session, with the same threads.
namespace MaaS.Inference;

/// <param name="P50Ms">Of one row, milliseconds.</param>
/// <param name="BatchMs">Median of <see cref="Measurement.BatchRows"/> rows.</param>
/// <param name="RowsPerSecond">In such batches.</param>
public sealed record Timing(double P50Ms, double P99Ms, double BatchMs, double RowsPerSecond);

public static class Measurement
{
    public const int BatchRows = 32;

    /// <summary>Times models of one task on the same rows, taking turns, so that what else the machine does hits all alike.</summary>
    /// <param name="columns">As <see cref="Model.Run"/> takes them; of a language model one long[] of tokens, row after row.</param>
    /// <param name="each">Time for each model.</param>
    public static IReadOnlyList<Timing> Of(IReadOnlyList<Model> models, IReadOnlyList<Array> columns, int rows, TimeSpan each) =>
        throw new NotImplementedException($"{models} {columns} {rows} {each}");

    /// <summary>The most resident memory that loading a package and answering one batch adds to this process; null where the system does not say (not Linux).</summary>
    /// <param name="folder">A package.</param>
    public static long? PeakBytes(string folder, IReadOnlyList<Array> columns, int rows) => throw new NotImplementedException($"{folder} {columns} {rows}");
}
