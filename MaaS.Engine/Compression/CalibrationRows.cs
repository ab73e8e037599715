// Rows to run a graph on, for ranges, kernels and costs: training or validation rows, never the test's.
namespace MaaS.Engine.Compression;

/// <param name="Columns">One array per input of the graph, in its order, as <see cref="Inference.Model.Run"/> takes them; tokens row after row.
/// Of an input without a dimension for the rows, as a recommender has, an array of arrays: one for each row, which is then a run of its own.</param>
internal sealed record CalibrationRows(IReadOnlyList<Array> Columns, int Rows);
