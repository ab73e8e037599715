// A convolution and its batch normalization: two layers while it learns, one in the exported graph.
using MaaS.Engine.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d kernel;
    private readonly BatchNorm2d norm;
    private readonly int _size;
    private readonly int _stride;

    /// <param name="size">Pixels of the kernel's side, odd; the image is padded to keep its size.</param>
    public Convolution(int from, int to, int size = 3, int stride = 1) : base(nameof(Convolution))
    {
        (_size, _stride) = (size, stride);
        kernel = nn.Conv2d(from, to, size, size == 1 ? 1 : stride, padding: size / 2, bias: false);
        norm = nn.BatchNorm2d(to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x_BCHW) => norm.call(kernel.call(_size == 1 ? Strided(x_BCHW) : x_BCHW));

    /// <summary>What it adds to something else is nothing at first: a residual block then begins as its shortcut (Goyal et al. 2017, arXiv:1706.02677).</summary>
    public Convolution Silent()
    {
        nn.init.zeros_(norm.weight!);
        return this;
    }

    /// <summary>At rest, batch normalization multiplies and adds one number per channel; the kernel and a bias do that for it.</summary>
    public Value Export(GraphBuilder graph, Value x_NCHW)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var scale_O = norm.weight!.to_type(ScalarType.Float64) / (norm.running_var!.to_type(ScalarType.Float64) + norm.eps).sqrt();
        var folded_OIHW = kernel.weight.to_type(ScalarType.Float64) * scale_O.view(-1, 1, 1, 1);
        var bias_O = norm.bias!.to_type(ScalarType.Float64) - norm.running_mean!.to_type(ScalarType.Float64) * scale_O;
        return graph.Convolution(x_NCHW, Constant(graph, "kernel", folded_OIHW), Constant(graph, "bias", bias_O), _size, _stride);
    }

    /// <summary>What a kernel of one pixel sees. It takes no strides by itself: in libtorch that can end the process (docs/decisions.md, 2026-12-01).</summary>
    private Tensor Strided(Tensor x_BCHW) => _stride == 1 ? x_BCHW : x_BCHW.slice(2, 0, x_BCHW.shape[2], _stride).slice(3, 0, x_BCHW.shape[3], _stride);

    private static Value Constant(GraphBuilder graph, string name, Tensor values) =>
        graph.Constant(name, values.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), values.shape);
}
