// The body of a request that is no prediction: whoever waits for more of it goes on from the pool, also within a library, so that no long JSON is read
// on the thread of a socket (Listening says why).
using System.IO.Pipelines;
using MaaS.Catalog;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Api;

internal sealed class PoolBody(PipeReader inner) : PipeReader, IRequestBodyPipeFeature
{
    public PipeReader Reader => this;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        new(PoolThreads.Finish(inner.ReadAsync(cancellationToken).AsTask()));

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
