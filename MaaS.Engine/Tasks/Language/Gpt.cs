// A decoder of pre-norm transformer blocks with a tied head (Radford et al. 2019), without biases.
// Tokens in, logits out. Knows no text and no tokenizer.
// B sequences, T tokens, C width, H heads, D width of a head, K heads of keys and values, V vocabulary.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal sealed class Gpt : nn.Module<Tensor, Tensor>
{
    private const double EmbeddingDeviation = 0.02;

    private readonly Parameter token_embedding_VC;
    private readonly Parameter? position_embedding_TC;
    private readonly ModuleList<Block> blocks;
    private readonly Parameter norm_C;
    private readonly Dropout dropout;
    private readonly Rotation? _rotation;

    public Gpt(GptNetwork spec, int vocabulary) : base(nameof(Gpt))
    {
        Spec = spec;
        token_embedding_VC = Normal(EmbeddingDeviation, vocabulary, spec.Width);
        if (spec.Positions == GptPositions.Learned)
            position_embedding_TC = Normal(EmbeddingDeviation, spec.Context, spec.Width);
        else
            _rotation = new Rotation(spec.Context, Block.HeadWidth(spec));
        blocks = nn.ModuleList([.. Enumerable.Range(0, spec.Layers).Select(_ => new Block(spec))]);
        norm_C = nn.Parameter(ones(spec.Width));
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public GptNetwork Spec { get; }

    /// <summary>What learns in the place of the parameters; null where they do.</summary>
    public LowRank? Changes { get; private set; }

    /// <summary>The module whose parameters learn.</summary>
    public nn.Module Learning => (nn.Module?)Changes ?? this;

    public int Vocabulary => (int)token_embedding_VC.shape[0];

    /// <summary>Parameters that every token is multiplied with: all but the norms and the positions; the tied embedding is the head.</summary>
    public static long Multiplied(GptNetwork spec, int vocabulary)
    {
        var (inner, width) = (Block.InnerWidth(spec), Block.HeadWidth(spec));
        var attention = (spec.Heads + 2L * (spec.KeyValueHeads ?? spec.Heads)) * width * spec.Width + (long)spec.Width * spec.Heads * width;
        return spec.Layers * (attention + (spec.Activation == GptActivation.SwiGlu ? 3L : 2L) * inner * spec.Width) + (long)vocabulary * spec.Width;
    }

    /// <param name="tokens_BT">int64; T at most the context.</param>
    /// <returns>(B, T, V)</returns>
    public override Tensor forward(Tensor tokens_BT) => nn.functional.linear(Hidden(tokens_BT), token_embedding_VC);

    /// <summary>What it makes of each token.</summary>
    /// <param name="seen">Which tokens each token sees, broadcast to (B, H, T, T); null: itself and those before it.</param>
    /// <returns>(B, T, C)</returns>
    public Tensor Hidden(Tensor tokens_BT, Tensor? seen = null)
    {
        var x_BTC = token_embedding_VC.index_select(0, tokens_BT.flatten()).view(tokens_BT.shape[0], tokens_BT.shape[1], -1);
        if (position_embedding_TC is not null)
            x_BTC = x_BTC.add_(position_embedding_TC.slice(0, 0, tokens_BT.shape[1], 1));
        x_BTC = dropout.call(x_BTC);
        foreach (var block in blocks)
            x_BTC = block.Forward(x_BTC, _rotation, Changes, seen);
        return nn.functional.layer_norm(x_BTC, [Spec.Width], norm_C);
    }

    /// <summary>From here on a change of the chosen matrices learns, until <see cref="Merge"/>.</summary>
    public void Adapt(LoraSpec spec) => Changes = new LowRank(this, name => Block.Has(name, spec.Matrices), spec);

    /// <summary>A network built alike, in which what does not learn is the same memory.</summary>
    public Gpt Twin()
    {
        var twin = new Gpt(Spec, Vocabulary);
        foreach (var parameter in twin.parameters())
            parameter.DetachFromDisposeScope(); // made within a step, kept for all
        if (Changes is null)
            return twin;
        using var quiet = no_grad();
        foreach (var (its, own) in twin.parameters().Zip(parameters()))
            its.set_(own);
        twin.Adapt(Changes.Spec);
        foreach (var parameter in twin.Changes!.parameters())
            parameter.DetachFromDisposeScope();
        return twin;
    }

    /// <summary>The matrices as their changes make them.</summary>
    public void Merge()
    {
        Changes?.Merge();
        Changes?.Dispose();
        Changes = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Changes?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Of a matrix's first values: GPT-2's 0.02 is right at its 768 numbers a token; the fewer there are, the larger each must be for the
    /// sum to be as large. At 128, after 2,000 steps of AdamW, that is a loss of 1.78 where 0.02 gives 1.91 (docs/lab-notes.md).
    /// </summary>
    internal static double Deviation(GptNetwork spec) => EmbeddingDeviation * Math.Sqrt(768.0 / spec.Width);

    /// <summary>Normal with this deviation; the layers that add to the stream get less the deeper the network.</summary>
    internal static Parameter Normal(double deviation, params long[] shape) => nn.Parameter(randn(shape) * deviation);
}
