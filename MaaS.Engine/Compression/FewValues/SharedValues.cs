// Every weight of a matrix is one of few values: found by k-means, then learned, each by the mean gradient of the weights that hold it (Han et al.
// 2016, arXiv:1510.00149). Zeros are no value of their own: what was pruned stays out of it.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="bits">The matrix keeps at most 2^bits values beside zero; null keeps those it has.</param>
/// <param name="isWeight">Which parameters.</param>
internal sealed class SharedValues(int? bits, Func<FlatPlace, bool> isWeight) : Constraint
{
    private const int Rounds = 40;

    private Tensor? _places_N;
    private Tensor? _groups_N;
    private Tensor? _counts_G;

    public override IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["places"] = _places_N!, ["groups"] = _groups_N!, ["counts"] = _counts_G! };

    public override void Begin(FlatParameters parameters, long steps)
    {
        using var scope = NewDisposeScope();
        var (places, groups) = (new List<Tensor>(), new List<Tensor>());
        long first = 0;
        foreach (var place in parameters.Places.Where(isWeight))
        {
            var flat_N = place.Of(parameters.Theta).flatten();
            var rows_M = flat_N.ne(0).nonzero().flatten();
            if (rows_M.shape[0] == 0)
                continue;
            var weights_M = flat_N.index_select(0, rows_M);
            var (values_K, group_M) = bits is { } wanted ? Means(weights_M, 1 << wanted) : Distinct(weights_M);
            flat_N.index_copy_(0, rows_M, values_K.index_select(0, group_M));
            places.Add(rows_M + place.Offset);
            groups.Add(group_M + first);
            first += values_K.shape[0];
        }
        _places_N = cat(places).DetachFromDisposeScope();
        _groups_N = cat(groups).DetachFromDisposeScope();
        _counts_G = zeros(first, device: parameters.Theta.device).index_add_(0, _groups_N, ones_like(_groups_N, dtype: ScalarType.Float32), 1).clamp_min(1).DetachFromDisposeScope();
    }

    public override void Guide(Tensor gradient) => Share(gradient);

    /// <summary>Once more, for methods whose step is not the same wherever the gradient is.</summary>
    public override void After(Tensor theta, long step) => Share(theta);

    private void Share(Tensor flat)
    {
        var sums_G = zeros_like(_counts_G!).index_add_(0, _groups_N!, flat.index_select(0, _places_N!), 1);
        flat.index_copy_(0, _places_N!, (sums_G / _counts_G!).index_select(0, _groups_N!));
    }

    /// <summary>Lloyd's algorithm in one dimension, from evenly spread values on, which keeps the few large weights apart.</summary>
    internal static (Tensor Values_K, Tensor Group_M) Means(Tensor weights_M, int count)
    {
        var values_K = linspace(weights_M.min().item<float>(), weights_M.max().item<float>(), count, device: weights_M.device);
        var group_M = zeros_like(weights_M, ScalarType.Int64);
        for (var round = 0; round < Rounds; round++)
        {
            var borders = (values_K.slice(0, 0, count - 1, 1) + values_K.slice(0, 1, count, 1)) / 2;
            group_M = bucketize(weights_M, borders);
            var counts_K = zeros_like(values_K).index_add_(0, group_M, ones_like(weights_M), 1);
            var sums_K = zeros_like(values_K).index_add_(0, group_M, weights_M, 1);
            values_K = where(counts_K.gt(0), sums_K / counts_K.clamp_min(1), values_K);
        }
        return (values_K, group_M);
    }

    private static (Tensor Values_K, Tensor Group_M) Distinct(Tensor weights_M)
    {
        var (values_K, group_M, _) = weights_M.unique(sorted: true, return_inverse: true);
        return (values_K, group_M!);
    }
}
