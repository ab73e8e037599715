// Weights become zero while the others learn to do without them: sparsity rises as s (1 - (1 - t)^3) (Zhu and Gupta 2017, arXiv:1710.01878),
// quickly while there is much to spare, and then stays.
using MaaS.Contracts.Compression;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="isWeight">Which parameters are pruned.</param>
/// <param name="deviations">Of each layer's inputs (I), by the weight's name; a layer without counts its inputs alike.</param>
internal sealed class GradualPruning(Pruning step, Func<FlatPlace, bool> isWeight, IReadOnlyDictionary<string, Tensor> deviations) : Constraint
{
    /// <summary>Between two cuts there must be time to learn; fewer cuts are deeper ones.</summary>
    private const int Cuts = 50;

    /// <summary>Of the share that the whole network keeps, what each layer keeps at least where layers are compared.</summary>
    private const double Spared = 0.2;

    private FlatPlace[] _places = [];
    private Tensor? _kept;
    private long _rise;
    private long _every = 1;
    private Tensor? _settled; // one number, so that a resumed training knows

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["kept"] = _kept!, ["settled"] = _settled! };

    public override bool IsSettled => _settled!.item<float>() > 0;

    public override void Begin(FlatParameters parameters, long steps)
    {
        _places = [.. parameters.Places.Where(isWeight)];
        _kept = ones_like(parameters.Theta).DetachFromDisposeScope();
        _settled = zeros(1).DetachFromDisposeScope();
        _rise = step.TwoOfFour ? 0 : steps / 2;
        _every = Math.Max(1, _rise / Cuts);
        if (_rise == 0)
            After(parameters.Theta, 0);
    }

    public override void After(Tensor theta, long at)
    {
        using var scope = NewDisposeScope();
        if (!IsSettled && (at >= _rise || at % _every == 0))
        {
            var left = 1 - Math.Min(1, _rise == 0 ? 1 : (double)at / _rise);
            Cut(theta, step.Sparsity * (1 - left * left * left));
            if (at >= _rise)
                _settled!.fill_(1);
        }
        theta.mul_(_kept!);
    }

    /// <summary>Weights that no comparison with other layers takes: the best of each layer, without which nothing would pass through it.</summary>
    private static Tensor Guarded(Tensor saliency_N, double share)
    {
        var count = Math.Clamp((int)Math.Ceiling(share * saliency_N.shape[0]), 1, (int)saliency_N.shape[0]);
        return saliency_N.clone().index_fill_(0, saliency_N.topk(count, 0, sorted: false).indexes, double.PositiveInfinity);
    }

    private void Cut(Tensor theta, double sparsity)
    {
        var saliencies = Array.ConvertAll(_places, place => Saliency.Of(place.Of(theta), step.Measure, deviations.GetValueOrDefault(place.Name)));
        if (step.TwoOfFour)
        {
            foreach (var (place, saliency) in _places.Zip(saliencies))
                place.Of(_kept!).copy_(Saliency.TwoOfFour(saliency));
            return;
        }
        if (step.Scope == PruningScope.Layer)
        {
            foreach (var (place, saliency) in _places.Zip(saliencies))
                place.Of(_kept!).copy_(Saliency.Kept(saliency.flatten(), sparsity).view_as(saliency));
            return;
        }
        var all = Saliency.Kept(cat([.. saliencies.Select(saliency => Guarded(saliency.flatten(), (1 - sparsity) * Spared))]), sparsity);
        long from = 0;
        foreach (var place in _places)
        {
            place.Of(_kept!).copy_(all.slice(0, from, from + place.Count, 1).view(place.Shape[0], -1));
            from += place.Count;
        }
    }
}
