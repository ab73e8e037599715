// Weights rounded as a quantized graph will round them, symmetric about zero: a scale for each output with more than 4 bits, for each block of 32
// along a row with fewer, as the steps of the graph have it by default.
using MaaS.Engine.Compression.Quantization;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="isWeight">Which parameters.</param>
internal sealed class RoundedWeights(int bits, Func<FlatPlace, bool> isWeight) : Constraint
{
    private const int Block = 32, FewBits = 4;

    private FlatPlace[] _places = [];

    public override bool Projects => true;

    public override void Begin(FlatParameters parameters, long steps) => _places = [.. parameters.Places.Where(isWeight)];

    public override void Project(Tensor theta)
    {
        foreach (var place in _places)
        {
            var weight_OI = place.Of(theta);
            if (bits > FewBits)
                weight_OI.copy_(Rounded(weight_OI));
            else
                foreach (var block_OB in weight_OI.split(Block, 1))
                    block_OB.copy_(Rounded(block_OB));
        }
    }

    private Tensor Rounded(Tensor weight_OI)
    {
        var largest = bits == 8 ? ReducedRange.Most(null) : (1 << (bits - 1)) - 1;
        var scale_O1 = weight_OI.abs().amax([1], keepdim: true).clamp_min(1e-12) / largest;
        return (weight_OI / scale_O1).round() * scale_O1;
    }
}
