// Rotary positions (Su et al. 2021, arXiv:2104.09864): pairs of a head's numbers are turned by an angle that grows with the position.
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

/// <param name="headWidth">Even; the first half is paired with the second.</param>
internal sealed class Rotation(int context, int headWidth)
{
    private const double Base = 10_000;

    // On the device of what is turned, which is not known before; TorchSharp moves nothing with a network that is not kept with its weights.
    private (Tensor Cos_TD, Tensor Sin_TD)? _tables;

    /// <returns>Cosines and sines (T, D) of the angle of each pair at each position.</returns>
    public static (float[] Cos_TD, float[] Sin_TD) Tables(int context, int headWidth)
    {
        var (cos_TD, sin_TD) = (new float[context * headWidth], new float[context * headWidth]);
        for (var t = 0; t < context; t++)
            for (var d = 0; d < headWidth; d++)
            {
                var (sin, cos) = Math.SinCos(t * Math.Pow(Base, -2.0 * (d % (headWidth / 2)) / headWidth));
                (cos_TD[t * headWidth + d], sin_TD[t * headWidth + d]) = ((float)cos, (float)sin);
            }
        return (cos_TD, sin_TD);
    }

    /// <param name="x_BHTD">Queries or keys.</param>
    public Tensor Turn(Tensor x_BHTD)
    {
        var (cos_TD, sin_TD) = _tables is var (cos, _) && cos.device_type == x_BHTD.device_type ? _tables.Value : Make(x_BHTD.device);
        var t = x_BHTD.shape[2];
        var halves = x_BHTD.chunk(2, -1);
        return x_BHTD * cos_TD.slice(0, 0, t, 1) + cat([-halves[1], halves[0]], -1) * sin_TD.slice(0, 0, t, 1);
    }

    private (Tensor Cos_TD, Tensor Sin_TD) Make(Device device)
    {
        var (cos_TD, sin_TD) = Tables(context, headWidth);
        Tensor Table(float[] values) => tensor(values, [context, headWidth], device: device).DetachFromDisposeScope();
        _tables = (Table(cos_TD), Table(sin_TD));
        return _tables.Value;
    }
}
