// The networks for texts: the numbers of each text's terms go in, logits come out. Beside each Logits stands Write, which says the
// same to the exported graph, from the characters on.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal abstract class Network(string name) : nn.Module(name)
{
    public static Network For(Encoder encoder, int outputs) => encoder.Spec switch
    {
        BagNetwork bag => new Bag(encoder, outputs, bag),
        TransformerTextNetwork transformer => new Transformer(encoder, outputs, transformer),
        _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder.Spec, null),
    };

    /// <param name="texts">As the encoder gives them.</param>
    /// <returns>(B, O)</returns>
    public abstract Tensor Logits(long[][] texts, Device device);

    /// <param name="codes_NL">The alphabet's codes of the characters.</param>
    /// <returns>(N, O)</returns>
    public abstract Value Write(GraphBuilder graph, Value codes_NL);

    /// <summary>Whether a matrix lies between the first and the last layer.</summary>
    public virtual bool IsHidden(string name) => false;

    protected static Value Weight(GraphBuilder graph, string name, Tensor values)
    {
        using var quiet = no_grad();
        return graph.Constant(name, values.cpu().contiguous().data<float>().ToArray(), values.shape);
    }
}
