// Images varied while they are learned: cropped, mirrored, shifted, partly blanked; all of a batch at once. Draws from the generator it is given.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal static class Augmentation
{
    // Of the image's area; and height to width: Zhong et al. 2020, but up to 0.25 instead of 0.4, for objects that fill the image.
    private const double SmallestHole = 0.02, LargestHole = 0.25, Narrowest = 0.3;

    /// <param name="x_BHWC">Bytes; left as they are.</param>
    /// <param name="random">The CPU's.</param>
    public static Tensor Vary(Tensor x_BHWC, AugmentationSpec spec, Generator random)
    {
        if (spec == AugmentationSpec.None)
            return x_BHWC;
        var (images, height, width) = (x_BHWC.shape[0], x_BHWC.shape[1], x_BHWC.shape[2]);
        var rows_1H = arange(height, dtype: ScalarType.Int64, device: x_BHWC.device).unsqueeze(0);
        var columns_1W = arange(width, dtype: ScalarType.Int64, device: x_BHWC.device).unsqueeze(0);
        Tensor Drawn() => rand([images, 1], generator: random).Sent(x_BHWC.device);
        Tensor Moved() => randint(-spec.Shift, spec.Shift + 1, [images, 1], ScalarType.Int64, generator: random).Sent(x_BHWC.device);

        // Where each pixel comes from; what comes from outside is blank.
        var (fromRow_BH, fromColumn_BW) = (rows_1H.expand(images, -1), columns_1W.expand(images, -1));
        if (spec.Crop > 0)
        {
            var cut_B1 = Drawn() * spec.Crop;
            Tensor Cropped(Tensor places_1S) => ((Drawn() * cut_B1 * places_1S.shape[1]) + places_1S * (1 - cut_B1)).to_type(ScalarType.Int64);
            (fromRow_BH, fromColumn_BW) = (Cropped(rows_1H), Cropped(columns_1W));
        }
        if (spec.Flip)
            fromColumn_BW = where(Drawn().lt(0.5), width - 1 - fromColumn_BW, fromColumn_BW);
        if (spec.Shift > 0)
            (fromRow_BH, fromColumn_BW) = (fromRow_BH + Moved(), fromColumn_BW + Moved());
        var kept_BHW = Within(fromRow_BH, height).unsqueeze(2).logical_and(Within(fromColumn_BW, width).unsqueeze(1));
        if (spec.Erase > 0)
        {
            var area_B1 = (Drawn() * (LargestHole - SmallestHole) + SmallestHole) * (height * width);
            var ratio_B1 = ((Drawn() * 2 - 1) * -Math.Log(Narrowest)).exp();
            var isErased_B1 = Drawn().lt(spec.Erase);
            var hole_BHW = Between(rows_1H, (area_B1 * ratio_B1).sqrt(), Drawn()).unsqueeze(2).logical_and(Between(columns_1W, (area_B1 / ratio_B1).sqrt(), Drawn()).unsqueeze(1));
            kept_BHW = kept_BHW.logical_and(hole_BHW.logical_and(isErased_B1.unsqueeze(2)).logical_not());
        }

        var from_BHW = fromRow_BH.clamp(0, height - 1).unsqueeze(2) * width + fromColumn_BW.clamp(0, width - 1).unsqueeze(1);
        var from_BPC = from_BHW.view(images, -1, 1).expand(-1, -1, x_BHWC.shape[3]);
        return x_BHWC.flatten(1, 2).gather(1, from_BPC).view_as(x_BHWC) * kept_BHW.unsqueeze(3);
    }

    private static Tensor Within(Tensor places, long size) => places.ge(0).logical_and(places.lt(size));

    /// <summary>Whether a place lies on a stretch of this length, laid somewhere inside.</summary>
    /// <param name="where_B1">0 is the first possible place, 1 the last.</param>
    private static Tensor Between(Tensor places_1S, Tensor length_B1, Tensor where_B1)
    {
        var size = places_1S.shape[1];
        var length = length_B1.round().clamp(1, size);
        var first_B1 = (where_B1 * (size - length)).round();
        return places_1S.ge(first_B1).logical_and(places_1S.lt(first_B1 + length));
    }
}
