// The network as an ONNX graph: input_ids (B, T) of int64 in, logits (B, T, V) out, T up to the context. Operation for operation
// what Gpt.forward does, in standard operators. G heads of queries share one of K heads of keys and values: (B, K, G, T, D).
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class GptGraph
{
    private readonly GraphBuilder _graph;
    private readonly Dictionary<string, Tensor> _weights;
    private readonly GptNetwork _spec;
    private readonly (long Width, long Groups, long KeyValueHeads) _head;
    private readonly Value _seen;
    private readonly Value _never;
    private readonly Value _scale;
    private readonly Value _zero;
    private readonly Value _length;
    private readonly (Value Cos_TD, Value Sin_TD)? _rotation;

    private GptGraph(GraphBuilder graph, Gpt network, Value length, Value seen)
    {
        (_graph, _spec, _length, _seen) = (graph, network.Spec, length, seen);
        _weights = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.cpu());
        var keyValueHeads = _spec.KeyValueHeads ?? _spec.Heads;
        _head = (Block.HeadWidth(_spec), _spec.Heads / keyValueHeads, keyValueHeads);
        _zero = _graph.Constant("zero", [0L], 1);
        _never = _graph.Constant("never", [float.NegativeInfinity]);
        _scale = _graph.Constant("scale", [(float)(1 / Math.Sqrt(_head.Width))]);
        if (_spec.Positions != GptPositions.Rotary)
            return;
        var (cos_TD, sin_TD) = Rotation.Tables(_spec.Context, (int)_head.Width);
        Value Table(string name, float[] values) => _graph.Slice(_graph.Constant(name, values, _spec.Context, _head.Width), _zero, _length, 0);
        _rotation = (Table("cos", cos_TD), Table("sin", sin_TD));
    }

    public static ModelProto Of(Gpt network)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var graph = new GraphBuilder("gpt");
        var tokens_BT = graph.Input("input_ids", DataType.Int64, -1, -2);
        var length = graph.Length(tokens_BT, 1);
        var body = new GptGraph(graph, network, length, graph.NotAfter(length));
        var embedding_VC = body.Weight("token_embedding_VC");
        var logits_BTV = graph.MatMul(body.Hidden(tokens_BT, embedding_VC), graph.Transpose(embedding_VC, 1, 0));
        graph.Output("logits", logits_BTV, DataType.Float, -1, -2, network.Vocabulary);
        return graph.Build(typeof(GptGraph).Assembly.GetName().Version!.ToString(3));
    }

    /// <summary>What <see cref="Gpt.Hidden"/> says, as part of another graph.</summary>
    /// <param name="seen">Broadcast to (B, K, G, T, T).</param>
    public static Value Hidden(GraphBuilder graph, Gpt network, Value tokens_BT, Value seen)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var body = new GptGraph(graph, network, graph.Length(tokens_BT, 1), seen);
        return body.Hidden(tokens_BT, body.Weight("token_embedding_VC"));
    }

    private Value Hidden(Value tokens_BT, Value embedding_VC)
    {
        var x_BTC = _graph.Gather(embedding_VC, tokens_BT);
        if (_spec.Positions == GptPositions.Learned)
            x_BTC = _graph.Add(x_BTC, _graph.Slice(Weight("position_embedding_TC"), _zero, _length, 0));
        for (var layer = 0; layer < _spec.Layers; layer++)
        {
            x_BTC = _graph.Add(x_BTC, Attention(_graph.LayerNorm(x_BTC, Weight($"blocks.{layer}.attention_norm_C")), $"blocks.{layer}"));
            x_BTC = _graph.Add(x_BTC, Mlp(_graph.LayerNorm(x_BTC, Weight($"blocks.{layer}.mlp_norm_C")), $"blocks.{layer}"));
        }
        return _graph.LayerNorm(x_BTC, Weight("norm_C"));
    }

    private Value Attention(Value x_BTC, string block)
    {
        var (d, g, k) = _head;
        var rows = g * k * d;
        var all = _weights[$"{block}.query_key_value"];
        Value Heads(string name, long from, long to, long groups) => _graph.Transpose(
            _graph.Reshape(_graph.MatMul(x_BTC, Transposed(name, all.slice(0, from, to, 1))), 0, 0, k, groups, d), 0, 2, 3, 1, 4);
        var query_BKGTD = Turn(Heads("query", 0, rows, g));
        var key_BK1TD = Turn(Heads("key", rows, rows + k * d, 1));
        var value_BK1TD = Heads("value", rows + k * d, rows + 2 * k * d, 1);
        var scores_BKGTT = _graph.MatMul(_graph.Mul(query_BKGTD, _scale), _graph.Transpose(key_BK1TD, 0, 1, 2, 4, 3));
        var shares_BKGTT = _graph.Softmax(_graph.Where(_seen, scores_BKGTT, _never), -1);
        var y_BTC = _graph.Reshape(_graph.Transpose(_graph.MatMul(shares_BKGTT, value_BK1TD), 0, 3, 1, 2, 4), 0, 0, rows);
        return _graph.MatMul(y_BTC, Transposed("attention_out", _weights[$"{block}.attention_out_CC"]));
    }

    private Value Mlp(Value x_BTC, string block)
    {
        var first = _weights[$"{block}.mlp_in"];
        var last = Transposed("mlp_out", _weights[$"{block}.mlp_out"]);
        if (_spec.Activation != GptActivation.SwiGlu)
            return _graph.MatMul(_graph.Gelu(_graph.MatMul(x_BTC, Transposed("mlp_in", first))), last);
        var halves = first.chunk(2, 0);
        var gate = _graph.MatMul(x_BTC, Transposed("mlp_gate", halves[0]));
        return _graph.MatMul(_graph.Mul(_graph.Mul(gate, _graph.Sigmoid(gate)), _graph.MatMul(x_BTC, Transposed("mlp_in", halves[1]))), last);
    }

    private Value Turn(Value x_BKGTD)
    {
        if (_rotation is not var (cos_TD, sin_TD))
            return x_BKGTD;
        Value Half(long from, long to) => _graph.Slice(x_BKGTD, _graph.Constant("from", [from], 1), _graph.Constant("to", [to], 1), -1);
        var turned = _graph.Concat([_graph.Neg(Half(_head.Width / 2, _head.Width)), Half(0, _head.Width / 2)], -1);
        return _graph.Add(_graph.Mul(x_BKGTD, cos_TD), _graph.Mul(turned, sin_TD));
    }

    private Value Weight(string name) => Constant(name, _weights[name]);

    /// <summary>libtorch keeps a layer (out, in), MatMul wants (in, out).</summary>
    private Value Transposed(string name, Tensor weight) => Constant(name, weight.t());

    private Value Constant(string name, Tensor values) => _graph.Constant(name, values.contiguous().data<float>().ToArray(), values.shape);
}
