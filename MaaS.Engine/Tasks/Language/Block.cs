// One transformer block: attention over the tokens before, or over those it is told of, then a layer on each token, each added to the
// stream (pre-norm).
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class Block : nn.Module
{
    // Up to so many tokens, written out on a CPU, attention saves 0.3 ms of 2.1 a layer against the blocked kernel; beyond, its scores take memory.
    private const int ShortContext = 128;

    private readonly Parameter attention_norm_C;
    private readonly Parameter query_key_value;
    private readonly Parameter attention_out_CC;
    private readonly Parameter mlp_norm_C;
    private readonly Parameter mlp_in;
    private readonly Parameter mlp_out;
    private readonly Dropout dropout;
    private readonly GptNetwork _spec;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly int _headWidth;

    public Block(GptNetwork spec) : base(nameof(Block))
    {
        _spec = spec;
        (_heads, _keyValueHeads, _headWidth) = (spec.Heads, spec.KeyValueHeads ?? spec.Heads, HeadWidth(spec));
        var usual = Gpt.Deviation(spec);
        var small = usual / Math.Sqrt(2 * spec.Layers);
        var inner = InnerWidth(spec);
        attention_norm_C = nn.Parameter(ones(spec.Width));
        query_key_value = Gpt.Normal(usual, (_heads + 2 * _keyValueHeads) * _headWidth, spec.Width);
        attention_out_CC = Gpt.Normal(small, spec.Width, _heads * _headWidth);
        mlp_norm_C = nn.Parameter(ones(spec.Width));
        mlp_in = Gpt.Normal(usual, spec.Activation == GptActivation.SwiGlu ? 2 * inner : inner, spec.Width);
        mlp_out = Gpt.Normal(small, spec.Width, inner);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    /// <summary>Four times the width; two thirds of that for SwiGLU, which has a matrix more (Shazeer 2020, arXiv:2002.05202).</summary>
    public static int InnerWidth(GptNetwork spec) => spec.Inner ?? (spec.Activation == GptActivation.SwiGlu ? (8 * spec.Width / 3 + 7) / 8 * 8 : 4 * spec.Width);

    public static int HeadWidth(GptNetwork spec) => spec.HeadWidth ?? spec.Width / spec.Heads;

    /// <summary>Whether a matrix is among those, by its name in the network.</summary>
    public static bool Has(string name, LoraMatrices which) => name[(name.LastIndexOf('.') + 1)..] switch
    {
        nameof(query_key_value) or nameof(attention_out_CC) => which != LoraMatrices.Mlp,
        nameof(mlp_in) or nameof(mlp_out) => which != LoraMatrices.Attention,
        _ => false,
    };

    /// <param name="changes">Null unless only these learn.</param>
    /// <param name="seen">Which tokens each token sees, broadcast to (B, H, T, T); null: itself and those before it.</param>
    public Tensor Forward(Tensor x_BTC, Rotation? rotation, LowRank? changes, Tensor? seen)
    {
        x_BTC = x_BTC + dropout.call(Attention(nn.functional.layer_norm(x_BTC, [_spec.Width], attention_norm_C), rotation, changes, seen));
        return x_BTC + dropout.call(Mlp(nn.functional.layer_norm(x_BTC, [_spec.Width], mlp_norm_C), changes));
    }

    private Tensor Attention(Tensor x_BTC, Rotation? rotation, LowRank? changes, Tensor? seen)
    {
        var (b, t) = (x_BTC.shape[0], x_BTC.shape[1]);
        var parts = LowRank.Linear(x_BTC, query_key_value, changes, training)
            .view(b, t, _heads + 2 * _keyValueHeads, _headWidth).transpose(1, 2)
            .split([_heads, _keyValueHeads, _keyValueHeads], 1);
        var (query_BHTD, key_BKTD, value_BKTD) = (parts[0], parts[1], parts[2]);
        if (rotation is not null)
            (query_BHTD, key_BKTD) = (rotation.Turn(query_BHTD), rotation.Turn(key_BKTD));
        if (_keyValueHeads < _heads)
            (key_BKTD, value_BKTD) = (Repeat(key_BKTD), Repeat(value_BKTD));
        var y_BHTD = seen is null && t <= ShortContext && x_BTC.device.type == TorchSharp.DeviceType.CPU
            ? WrittenOut(query_BHTD, key_BKTD, value_BKTD)
            : nn.functional.scaled_dot_product_attention(query_BHTD, key_BKTD, value_BKTD, seen, is_casual: seen is null);
        return LowRank.Linear(y_BHTD.transpose(1, 2).reshape(b, t, _heads * _headWidth), attention_out_CC, changes, training);
    }

    private Tensor WrittenOut(Tensor query_BHTD, Tensor key_BHTD, Tensor value_BHTD)
    {
        var t = query_BHTD.shape[2];
        var later_TT = ones([t, t], ScalarType.Bool).triu(1);
        var scores_BHTT = (query_BHTD * Math.Pow(_headWidth, -0.5)).matmul(key_BHTD.transpose(2, 3)).masked_fill_(later_TT, float.NegativeInfinity);
        return scores_BHTT.softmax(3).matmul(value_BHTD);
    }

    private Tensor Mlp(Tensor x_BTC, LowRank? changes)
    {
        var y = LowRank.Linear(x_BTC, mlp_in, changes, training);
        if (_spec.Activation == GptActivation.SwiGlu)
        {
            var halves = y.chunk(2, -1);
            y = nn.functional.silu(halves[0]) * halves[1];
        }
        else
            y = nn.functional.gelu(y);
        return LowRank.Linear(y, mlp_out, changes, training);
    }

    /// <summary>Each head of keys and values serves heads / K heads of queries.</summary>
    private Tensor Repeat(Tensor x_BKTD) => x_BKTD.repeat_interleave(_heads / _keyValueHeads, 1);
}
