// A few words of what the network would write now, for the log: the eye sees what a loss does not say.
using MaaS.Inference.Text;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Language;

internal static class Preview
{
    private const int Tokens = 80;

    /// <param name="from">Tokens to go on from.</param>
    /// <param name="seed">The drawing's own: libtorch's generator is left alone.</param>
    public static string Of(Gpt network, Tokenizer tokenizer, IEnumerable<int> from, int seed)
    {
        using var quiet = no_grad();
        network.eval();
        var tokens = from.ToList();
        var first = tokens.Count;
        var sampler = new Sampler(0.8, null, seed);
        while (tokens.Count < first + Tokens)
        {
            using var scope = NewDisposeScope();
            var seen_1T = tensor([.. tokens.Skip(Math.Max(0, tokens.Count - network.Spec.Context)).Select(token => (long)token)], dtype: ScalarType.Int64).unsqueeze(0);
            var logits_V = network.call(seen_1T.to(network.parameters().First().device))[0, -1].cpu();
            var token = sampler.Next(logits_V.data<float>().ToArray());
            if (token == tokenizer.End)
                break;
            tokens.Add(token);
        }
        network.train();
        return tokenizer.Decode(tokens).ReplaceLineEndings(" / ");
    }
}
