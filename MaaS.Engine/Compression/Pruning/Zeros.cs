// Weights that are zero stay zero: what was pruned before, whatever trains on.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="isWeight">Which parameters it is about.</param>
internal sealed class Zeros(Func<FlatPlace, bool> isWeight) : Constraint
{
    private Tensor? _kept;

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["kept"] = _kept! };

    public override void Begin(FlatParameters parameters, long steps)
    {
        using var scope = NewDisposeScope();
        var kept = ones_like(parameters.Theta);
        foreach (var place in parameters.Places.Where(isWeight))
            place.Of(kept).copy_(place.Of(parameters.Theta).ne(0));
        _kept = kept.DetachFromDisposeScope();
    }

    public override void After(Tensor theta, long step) => theta.mul_(_kept!);
}
