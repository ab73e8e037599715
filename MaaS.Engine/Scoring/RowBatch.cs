// Some rows of a dataset on their way to a model.
namespace MaaS.Engine.Scoring;

/// <param name="Columns">One array of so many values per input of the model, as <see cref="Inference.Model.Run"/> takes them; a row that does not fit is missing values.</param>
/// <param name="Errors">Of each row: why it does not fit, or null.</param>
/// <param name="Shown">What the file of answers shows of the rows, one array per <see cref="RowSource.Shown"/>.</param>
internal sealed record RowBatch(int Rows, IReadOnlyList<Array> Columns, string?[] Errors, IReadOnlyList<Array> Shown);

/// <summary>The rows of a dataset version as batches for a model, read once, from beginning to end.</summary>
internal abstract class RowSource : IDisposable
{
    public abstract IReadOnlyList<AnswerColumn> Shown { get; }

    /// <exception cref="UserError">The file is broken.</exception>
    public abstract IEnumerable<RowBatch> Read();

    public abstract void Dispose();
}
