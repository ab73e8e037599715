// Adam's update in one pass over memory: as a row of tensor operations it reads and writes each number seven times, and a step of a small
// network spent a twentieth of its time on that (docs/lab-notes.md). Elementwise, so it does not matter to the bit who takes which part.
using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

/// <param name="Beta1">Of the mean m.</param>
/// <param name="Beta2">Of the mean square v.</param>
/// <param name="Rate">Learning rate over 1 - beta1^t.</param>
/// <param name="Correction">1 - beta2^t.</param>
/// <param name="Keep">1 - learning rate times weight decay, for what decays.</param>
internal sealed record AdamStep(double Beta1, double Beta2, double Epsilon, double Rate, double Correction, double Keep)
{
    /// <summary>Updates theta, m and v in place; all four lie on the CPU, contiguous, of one length and one type.</summary>
    /// <param name="decayed">How many of them, from the first on, shrink.</param>
    public void Run(Tensor theta, Tensor gradient, Tensor mean, Tensor square, long decayed)
    {
        if (theta.dtype == ScalarType.Float32)
            Run<float>(theta, gradient, mean, square, decayed);
        else
            Run<double>(theta, gradient, mean, square, decayed);
    }

    /// <summary>The same, as tensor operations.</summary>
    public void RunOnDevice(Tensor theta, Tensor gradient, Tensor mean, Tensor square, long decayed)
    {
        if (decayed > 0)
            theta.slice(0, 0, decayed, 1).mul_(Keep);
        mean.mul_(Beta1).add_(gradient * (1 - Beta1));
        square.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        theta.addcdiv_(mean, square.div(Correction).sqrt_().add_(Epsilon), -Rate);
    }

    private void Run<T>(Tensor theta, Tensor gradient, Tensor mean, Tensor square, long decayed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        const long atOnce = 1 << 24; // a span counts its bytes in 32 bits
        for (var from = 0L; from < theta.numel(); from += atOnce)
        {
            var to = Math.Min(from + atOnce, theta.numel());
            Span<T> Part(Tensor whole) => MemoryMarshal.Cast<byte, T>(whole.slice(0, from, to, 1).bytes);
            void Update(Range range, double keep) => Update<T>(Part(theta)[range], Part(gradient)[range], Part(mean)[range], Part(square)[range], T.CreateChecked(keep));
            var shrinking = (int)Math.Clamp(decayed - from, 0, to - from);
            Update(..shrinking, Keep);
            Update(shrinking.., 1);
        }
    }

    private void Update<T>(Span<T> theta, ReadOnlySpan<T> gradient, Span<T> mean, Span<T> square, T keep) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (beta1, beta2, epsilon, rate, correction) =
            (T.CreateChecked(Beta1), T.CreateChecked(Beta2), T.CreateChecked(Epsilon), T.CreateChecked(Rate), T.CreateChecked(Correction));
        var (fresh1, fresh2) = (T.CreateChecked(1 - Beta1), T.CreateChecked(1 - Beta2));
        var thetas = MemoryMarshal.Cast<T, Vector<T>>(theta);
        var gradients = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var means = MemoryMarshal.Cast<T, Vector<T>>(mean);
        var squares = MemoryMarshal.Cast<T, Vector<T>>(square);
        for (var i = 0; i < thetas.Length; i++)
        {
            var g = gradients[i];
            var m = means[i] = means[i] * beta1 + g * fresh1;
            var v = squares[i] = squares[i] * beta2 + g * g * fresh2;
            thetas[i] = thetas[i] * keep - m * rate / (Vector.SquareRoot(v / correction) + new Vector<T>(epsilon));
        }
        for (var i = thetas.Length * Vector<T>.Count; i < theta.Length; i++)
        {
            var g = gradient[i];
            var m = mean[i] = mean[i] * beta1 + g * fresh1;
            var v = square[i] = square[i] * beta2 + g * g * fresh2;
            theta[i] = theta[i] * keep - m * rate / (T.Sqrt(v / correction) + epsilon);
        }
    }
}
