// What a network must know of the images it learns from: their shape, and how bright they are.
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

/// <param name="Mean">Of each channel's bytes over the training images.</param>
/// <param name="Deviation">Likewise.</param>
internal sealed record Encoder(int Height, int Width, int Channels, float[] Mean, float[] Deviation)
{
    /// <param name="train">Learned from these alone.</param>
    public static Encoder Fit(ImagePart train)
    {
        using var scope = NewDisposeScope();
        var shape = train.Pixels_NHWC.shape;
        var (sum_C, squares_C) = (zeros(shape[3], dtype: ScalarType.Float64), zeros(shape[3], dtype: ScalarType.Float64));
        foreach (var rows_B in train.Rows_M.split(4096))
        {
            using var batch = NewDisposeScope();
            var pixels_BHWC = train.Pixels_NHWC.index_select(0, rows_B).to_type(ScalarType.Float64);
            sum_C.add_(pixels_BHWC.sum([0, 1, 2]).cpu());
            squares_C.add_(pixels_BHWC.square().sum([0, 1, 2]).cpu());
        }
        var pixels = (double)train.Count * shape[1] * shape[2];
        var mean_C = sum_C / pixels;
        // Images of one even colour have no deviation; one step of a byte then stands for it.
        var deviation_C = (squares_C / pixels - mean_C.square()).clamp_min(0).sqrt().clamp_min(1);
        return new Encoder(
            (int)shape[1], (int)shape[2], (int)shape[3],
            mean_C.to_type(ScalarType.Float32).data<float>().ToArray(), deviation_C.to_type(ScalarType.Float32).data<float>().ToArray());
    }
}
