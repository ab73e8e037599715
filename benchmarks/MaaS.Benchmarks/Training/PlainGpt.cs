// What the engine's language training is measured against: the loop that everybody writes first with TorchSharp. Modules of the
// library, its stock AdamW, attention by scaled_dot_product_attention, tokens already in one tensor, one dispose scope a step.
// The same model as the engine's Gpt: no biases, tied head, GELU, learned positions.
using MaaS.Contracts.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

internal sealed class PlainGpt : nn.Module<Tensor, Tensor>
{
    private readonly Embedding tokens;
    private readonly Embedding positions;
    private readonly ModuleList<PlainBlock> blocks;
    private readonly LayerNorm norm;
    private readonly Dropout dropout;

    public PlainGpt(GptNetwork spec, int vocabulary) : base(nameof(PlainGpt))
    {
        tokens = nn.Embedding(vocabulary, spec.Width);
        positions = nn.Embedding(spec.Context, spec.Width);
        blocks = nn.ModuleList([.. Enumerable.Range(0, spec.Layers).Select(_ => new PlainBlock(spec))]);
        norm = nn.LayerNorm(spec.Width, bias: false);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
        foreach (var (_, parameter) in named_parameters())
            if (parameter.dim() >= 2)
                nn.init.normal_(parameter, 0, 0.02);
    }

    public override Tensor forward(Tensor tokens_BT)
    {
        var x_BTC = dropout.call(tokens.call(tokens_BT) + positions.call(arange(tokens_BT.shape[1], dtype: ScalarType.Int64)));
        foreach (var block in blocks)
            x_BTC = block.call(x_BTC);
        return nn.functional.linear(norm.call(x_BTC), tokens.weight!);
    }

    /// <summary>Trains for so many steps on random windows.</summary>
    /// <returns>The last step's loss.</returns>
    public static double Train(PlainGpt network, optim.Optimizer optimizer, Tensor text_N, int context, int batch, int steps, int seed)
    {
        var random = new Random(seed);
        var last = 0.0;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var places = Enumerable.Range(0, batch).Select(_ => random.NextInt64(text_N.shape[0] - context - 1)).ToArray();
            var inputs_BT = stack(places.Select(place => text_N.slice(0, place, place + context, 1)));
            var targets_BT = stack(places.Select(place => text_N.slice(0, place + 1, place + 1 + context, 1)));
            var logits_BTV = network.call(inputs_BT);
            var loss = nn.functional.cross_entropy(logits_BTV.view(-1, logits_BTV.shape[2]), targets_BT.view(-1));
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(network.parameters(), 1);
            optimizer.step();
            if (step == steps - 1)
                last = loss.item<float>();
        }
        return last;
    }
}

internal sealed class PlainBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm attention_norm;
    private readonly Linear query_key_value;
    private readonly Linear attention_out;
    private readonly LayerNorm mlp_norm;
    private readonly Linear mlp_in;
    private readonly Linear mlp_out;
    private readonly GELU gelu;
    private readonly Dropout dropout;
    private readonly int _heads;

    public PlainBlock(GptNetwork spec) : base(nameof(PlainBlock))
    {
        _heads = spec.Heads;
        attention_norm = nn.LayerNorm(spec.Width, bias: false);
        query_key_value = nn.Linear(spec.Width, 3 * spec.Width, hasBias: false);
        attention_out = nn.Linear(spec.Width, spec.Width, hasBias: false);
        mlp_norm = nn.LayerNorm(spec.Width, bias: false);
        mlp_in = nn.Linear(spec.Width, 4 * spec.Width, hasBias: false);
        mlp_out = nn.Linear(4 * spec.Width, spec.Width, hasBias: false);
        gelu = nn.GELU();
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x_BTC)
    {
        var (b, t, c) = (x_BTC.shape[0], x_BTC.shape[1], x_BTC.shape[2]);
        var parts = query_key_value.call(attention_norm.call(x_BTC)).chunk(3, 2)
            .Select(part => part.view(b, t, _heads, c / _heads).transpose(1, 2)).ToArray();
        var attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true)
            .transpose(1, 2).contiguous().view(b, t, c);
        x_BTC = x_BTC + dropout.call(attention_out.call(attended));
        return x_BTC + dropout.call(mlp_out.call(gelu.call(mlp_in.call(mlp_norm.call(x_BTC)))));
    }
}
