// Each weight a sign, times the mean magnitude of its output's weights, which is the scale that is nearest to them (Rastegari et al. 2016,
// arXiv:1603.05279).
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="isWeight">Which parameters.</param>
internal sealed class Signs(Func<FlatPlace, bool> isWeight) : Constraint
{
    private FlatPlace[] _places = [];

    public override bool Projects => true;

    public override void Begin(FlatParameters parameters, long steps) => _places = [.. parameters.Places.Where(isWeight)];

    public override void Project(Tensor theta)
    {
        foreach (var place in _places)
        {
            var weight_OI = place.Of(theta);
            var scale_O1 = weight_OI.abs().mean([1], keepdim: true);
            weight_OI.copy_(where(weight_OI.lt(0), -scale_O1, scale_O1));
        }
    }
}
