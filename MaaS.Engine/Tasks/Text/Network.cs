// A bag of vectors and one linear layer: fastText's classifier (Joulin et al. 2017, arXiv:1607.01759), but the sum of n vectors is
// divided by the square root of n, so that a long text weighs more than a short one without drowning it.
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Text;

internal sealed class Network : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>Small, so that a term met once moves the answer little.</summary>
    private const double StartingDeviation = 0.05;

    private readonly EmbeddingBag vectors;
    private readonly Linear output;
    private readonly Dropout dropout;

    public Network(int terms, int dimension, int outputs, double dropoutShare) : base(nameof(Network))
    {
        vectors = nn.EmbeddingBag(terms + 1, dimension, mode: EmbeddingBagMode.Sum);
        nn.init.normal_(vectors.weight!, 0, StartingDeviation);
        output = nn.Linear(dimension, outputs);
        dropout = nn.Dropout(dropoutShare);
        RegisterComponents();
    }

    /// <param name="terms_T">Term numbers of all texts of the batch, one text after the other, int64.</param>
    /// <param name="starts_B">Where each text begins among them, int64.</param>
    /// <returns>Logits (B, O).</returns>
    public override Tensor forward(Tensor terms_T, Tensor starts_B)
    {
        var ends_B = cat([starts_B.slice(0, 1, starts_B.shape[0], 1), tensor(new[] { terms_T.shape[0] }, device: terms_T.device)]);
        var counts_B = (ends_B - starts_B).clamp_min(1).to_type(ScalarType.Float32);
        return output.call(dropout.call(vectors.call(terms_T, starts_B, null) / counts_B.sqrt().unsqueeze(1)));
    }
}
