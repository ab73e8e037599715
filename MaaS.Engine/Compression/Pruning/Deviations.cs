// How much the inputs of each layer vary over the training rows: a large weight on an input that is always the same is worth nothing.
using MaaS.Engine.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal static class Deviations
{
    private const int Rows = 2_048, RowsAtOnce = 128;

    /// <summary>Of each linear or convolutional layer, by its weight's name: the standard deviation of every input (I), a kernel's pixels alike.</summary>
    /// <param name="task">Its network stays as it is.</param>
    public static Dictionary<string, Tensor> Of(LearningTask task, IProgress<Report> progress)
    {
        using var quiet = no_grad();
        var sums = new Dictionary<string, (Tensor Sum, Tensor Squares, double Count, long Pixels)>(StringComparer.Ordinal);
        var hooks = new List<IDisposable>();
        foreach (var (name, module) in task.Network.named_modules())
            if (module is Linear or Conv2d && module is nn.Module<Tensor, Tensor> layer)
            {
                var pixels = module is Conv2d convolution ? convolution.weight.shape[2] * convolution.weight.shape[3] : 1;
                var hook = layer.register_forward_pre_hook((_, x) =>
                {
                    Add(sums, $"{name}.weight", x, pixels);
                    return x;
                });
                hooks.Add(new Hook(hook.remove));
            }
        task.Network.eval();
        var device = task.GathersOnCpu ? CPU : task.Network.parameters().First().device;
        var order = task.Order(1, 0);
        foreach (var rows in order.Take(Rows).Chunk(RowsAtOnce))
        {
            using var scope = NewDisposeScope();
            task.Loss(tensor(rows).to(device));
        }
        task.Network.train();
        foreach (var hook in hooks)
            hook.Dispose();
        if (sums.Count == 0)
            progress.Report(new Said("the inputs of this network's matrices cannot be watched: weights are measured by their size alone"));
        using var outer = NewDisposeScope();
        return sums.ToDictionary(one => one.Key, one =>
        {
            var (sum, squares, count, pixels) = one.Value;
            var mean = sum / count;
            return (squares / count - mean.square()).clamp_min(0).sqrt().to_type(ScalarType.Float32).repeat_interleave(pixels).DetachFromDisposeScope();
        });
    }

    private static void Add(Dictionary<string, (Tensor Sum, Tensor Squares, double Count, long Pixels)> sums, string name, Tensor x, long pixels)
    {
        using var scope = NewDisposeScope();
        // Inputs last: (B, I, H, W) of a convolution, (..., I) of a layer.
        var x_NI = (x.dim() == 4 ? x.permute(0, 2, 3, 1) : x).reshape(-1, x.dim() == 4 ? x.shape[1] : x.shape[^1]).to_type(ScalarType.Float64);
        var (sum, squares) = (x_NI.sum(0), x_NI.square().sum(0));
        if (sums.TryGetValue(name, out var known))
            sums[name] = (known.Sum.add_(sum), known.Squares.add_(squares), known.Count + x_NI.shape[0], pixels);
        else
            sums[name] = (sum.DetachFromDisposeScope(), squares.DetachFromDisposeScope(), x_NI.shape[0], pixels);
    }

    private sealed class Hook(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
