// How much a weight is worth, and which are worth least.
using MaaS.Contracts.Compression;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal static class Saliency
{
    private const int Neighbours = 4;

    /// <summary>Of each weight of a matrix (O, I).</summary>
    /// <param name="deviation_I">Of the inputs; null counts them alike.</param>
    public static Tensor Of(Tensor weight_OI, PruningMeasure measure, Tensor? deviation_I) => measure switch
    {
        PruningMeasure.L2 => weight_OI.square(),
        PruningMeasure.Activation when deviation_I is not null => weight_OI.abs() * deviation_I,
        _ => weight_OI.abs(),
    };

    /// <summary>1 for what is kept, 0 for the share that is worth least, of one vector.</summary>
    public static Tensor Kept(Tensor saliency_N, double sparsity)
    {
        var count = saliency_N.shape[0];
        var cut = Math.Clamp((long)Math.Round(sparsity * count), 0, count - 1);
        var kept_N = ones_like(saliency_N);
        if (cut > 0)
            kept_N.index_fill_(0, saliency_N.topk((int)cut, 0, largest: false, sorted: false).indexes, 0);
        return kept_N;
    }

    /// <summary>1 for the two of each four neighbours along a row that are worth most; what is left at a row's end is kept.</summary>
    public static Tensor TwoOfFour(Tensor saliency_OI)
    {
        var (rows, whole) = (saliency_OI.shape[0], saliency_OI.shape[1] / Neighbours * Neighbours);
        var kept_OI = ones_like(saliency_OI);
        if (whole == 0)
            return kept_OI;
        var fours = saliency_OI.slice(1, 0, whole, 1).reshape(rows, -1, Neighbours);
        var kept = ones_like(fours).scatter_(2, fours.topk(Neighbours / 2, 2, largest: false, sorted: false).indexes, 0);
        kept_OI.slice(1, 0, whole, 1).copy_(kept.view(rows, whole));
        return kept_OI;
    }
}
