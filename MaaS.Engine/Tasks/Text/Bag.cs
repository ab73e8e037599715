// A bag of vectors and one linear layer: fastText's classifier (Joulin et al. 2017, arXiv:1607.01759), but the sum of n vectors is
// divided by the square root of n, so that a long text weighs more than a short one without drowning it.
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using MaaS.Engine.Training;
using TorchSharp;
using TorchSharp.Modules;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal sealed class Bag : Network
{
    /// <summary>Small, so that a term met once moves the answer little.</summary>
    private const double StartingDeviation = 0.05;

    private readonly EmbeddingBag vectors;
    private readonly Linear output;
    private readonly Dropout dropout;
    private readonly Encoder _encoder;
    private readonly BagNetwork _spec;

    public Bag(Encoder encoder, int outputs, BagNetwork spec) : base(nameof(Bag))
    {
        (_encoder, _spec) = (encoder, spec);
        vectors = nn.EmbeddingBag(encoder.Vocabulary.Count + 1, spec.Dimension, mode: EmbeddingBagMode.Sum);
        nn.init.normal_(vectors.weight!, 0, StartingDeviation);
        output = nn.Linear(spec.Dimension, outputs);
        dropout = nn.Dropout(spec.Dropout);
        RegisterComponents();
    }

    public override Tensor Logits(long[][] texts, Device device)
    {
        var starts = new long[texts.Length];
        for (var text = 1; text < starts.Length; text++)
            starts[text] = starts[text - 1] + texts[text - 1].Length;
        var counts_B1 = tensor(Array.ConvertAll(texts, text => (float)Math.Max(1, text.Length)), [texts.Length, 1]).Sent(device);
        var sums_BD = vectors.call(tensor(texts.SelectMany(text => text).ToArray()).Sent(device), tensor(starts).Sent(device), null);
        return output.call(dropout.call(sums_BD / counts_B1.sqrt()));
    }

    public override Value Write(GraphBuilder graph, Value codes_NL)
    {
        var words_NL = TermNodes.Words(graph, codes_NL, _spec.MaxCharacters);
        var terms_NT = graph.Concat(
            Enumerable.Range(1, _spec.WordNGrams).Select(length => TermNodes.Grams(graph, words_NL, length, Terms.WordGramBase)).Concat(
            Enumerable.Range(Terms.ShortestCharacterGram, Math.Max(0, _spec.CharacterNGrams - Terms.ShortestCharacterGram + 1))
                .Select(length => TermNodes.Grams(graph, codes_NL, length, Terms.CharacterGramBase))), 1);
        var numbers_NT = graph.Lookup(terms_NT, [.. _encoder.Vocabulary.Keys], [.. _encoder.Vocabulary.Values], _encoder.Unknown);

        // The network's row 0 is never looked up in training; here it stands for "no vector", and is nothing.
        using var known = vectors.weight!.detach().clone();
        known[0].zero_();
        var isKnown_NT = graph.Cast(graph.Cast(numbers_NT, DataType.Bool), DataType.Float);
        var count_N1 = graph.Clip(graph.ReduceSum(isKnown_NT, 1, keep: true), graph.Constant("fewest", [1f]), graph.Constant("most", [float.MaxValue]));
        var sum_ND = graph.ReduceSum(graph.Gather(Weight(graph, "vectors", known), numbers_NT), 1);
        return graph.Linear(graph.Div(sum_ND, graph.Sqrt(count_N1)), Weight(graph, "output.weight", output.weight!), Weight(graph, "output.bias", output.bias!));
    }
}
