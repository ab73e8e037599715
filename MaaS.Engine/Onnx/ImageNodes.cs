// The nodes that look at images (N, C, H, W).
namespace MaaS.Engine.Onnx;

internal sealed partial class GraphBuilder
{
    /// <summary>Padded so that a stride of 1 keeps the size.</summary>
    public Value Convolution(Value x, Value kernel, Value bias, long size, long stride) => Node("Conv", [x, kernel, bias],
        [Attribute("kernel_shape", [size, size]), Attribute("strides", [stride, stride]), Attribute("pads", [size / 2, size / 2, size / 2, size / 2])]);

    /// <summary>The largest of each square; what is left over at the right and at the bottom is dropped.</summary>
    public Value MaxPool(Value x, long size) => Node("MaxPool", [x], [Attribute("kernel_shape", [size, size]), Attribute("strides", [size, size])]);

    /// <summary>One number per channel (N, C, 1, 1).</summary>
    public Value GlobalAveragePool(Value x) => Node("GlobalAveragePool", [x]);
}
