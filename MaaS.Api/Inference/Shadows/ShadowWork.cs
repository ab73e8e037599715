// One request for a shadow: what was asked and what was answered, as long as it waits. The shadow is asked in the way the caller asked.
using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.Shadows;

/// <param name="bytes">That it takes of the memory for what waits.</param>
internal abstract class ShadowWork(long bytes)
{
    public long Bytes => bytes;

    /// <param name="call">The shadow's own; the caller releases it.</param>
    /// <returns>Whether the shadow agrees; null when it could not answer.</returns>
    public abstract Task<bool?> Compare(Model shadow, Batcher queue, Call call);
}

internal sealed class TensorWork(long bytes, CallCopy asked, ModelTask task) : ShadowWork(bytes)
{
    public override async Task<bool?> Compare(Model shadow, Batcher queue, Call call)
    {
        var signature = shadow.Tensors.Signature;
        return asked.TryFill(call, signature) && await queue.Ask(call, null, CancellationToken.None) == CallOutcome.Answered
            ? Agreement.Of(task, asked.Outputs, CallCopy.AnswerOf(call, signature)) : null;
    }
}

internal sealed class RowsWork(long bytes, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, IReadOnlyList<Prediction> answered) : ShadowWork(bytes)
{
    /// <summary>Of the rows as JSON.</summary>
    public static long BytesOf(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows) =>
        rows.Sum(row => row.Sum(cell => (long)cell.Key.Length + JsonMarshal.GetRawUtf8Value(cell.Value).Length));

    public override async Task<bool?> Compare(Model shadow, Batcher queue, Call call)
    {
        var (outcome, predictions) = await shadow.Predict(rows, call, queue, CancellationToken.None);
        return outcome == CallOutcome.Answered ? Agreement.Of(answered, predictions) : null;
    }
}
