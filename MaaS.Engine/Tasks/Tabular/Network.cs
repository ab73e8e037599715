// The two networks for tables. Raw numbers with NaN go in, logits (or a standardized value) come out: imputation, scaling and
// bins are part of the network, operation for operation as the exported graph repeats them.
// F numbers, C categories, T bins, O outputs.
using MaaS.Contracts.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Tabular;

internal sealed class Network : nn.Module<Tensor, Tensor, Tensor>
{
    // Fields become registered buffers and modules, so they move with the device and have names in the weights file.
    private readonly Tensor median_F;
    private readonly Tensor mean_F;
    private readonly Tensor scale_F;
    private readonly Tensor lower_FT;
    private readonly Tensor width_FT;
    private readonly ModuleList<Embedding> embeddings;
    private readonly ModuleList<Linear> layers;
    private readonly Dropout dropout;

    /// <param name="spec">Every value filled in.</param>
    public Network(Encoder encoder, int outputs, TabularNetwork spec) : base(nameof(Network))
    {
        IsLinear = spec is LinearNetwork;
        var hidden = (spec as MlpNetwork)?.Hidden ?? [];
        var numbers = encoder.Numbers;
        median_F = tensor(numbers.Select(feature => feature.Median).ToArray());
        mean_F = tensor(numbers.Select(feature => feature.Mean).ToArray());
        scale_F = tensor(numbers.Select(feature => feature.StandardDeviation).ToArray());
        (lower_FT, width_FT) = Bins(numbers);

        var sizes = encoder.Categories.Select(feature => IsLinear ? outputs : EmbeddingSize(feature.Slots)).ToArray();
        embeddings = nn.ModuleList([.. encoder.Categories.Zip(sizes, (feature, size) => nn.Embedding(feature.Slots, size))]);
        // Linear: a category's embedding is its weight for each output, which is one-hot regression; it starts at nothing.
        if (IsLinear)
            foreach (var embedding in embeddings)
                nn.init.zeros_(embedding.weight!);

        // libtorch cannot begin a layer without inputs; a linear one then uses its bias alone.
        var width = IsLinear ? Math.Max(1, numbers.Length * 2) : numbers.Length + (int)lower_FT.numel() + sizes.Sum();
        layers = nn.ModuleList([.. hidden.Prepend(width).Zip(hidden.Append(outputs), (input, output) => nn.Linear(input, output))]);
        dropout = nn.Dropout((spec as MlpNetwork)?.Dropout ?? 0);
        RegisterComponents();
    }

    public bool IsLinear { get; }

    /// <summary>Layers, the last included.</summary>
    public int Depth => layers.Count;

    /// <param name="numbers_BF">float32, NaN for missing.</param>
    /// <param name="categories_BC">int64 indices of the encoder.</param>
    /// <returns>(B, O)</returns>
    public override Tensor forward(Tensor numbers_BF, Tensor categories_BC)
    {
        var missing_BF = numbers_BF.isnan();
        var z_BF = (where(missing_BF, median_F, numbers_BF) - mean_F) / scale_F;
        var embedded = embeddings.Select((embedding, c) => embedding.call(categories_BC.select(1, c)));

        if (IsLinear)
        {
            var fromNumbers = numbers_BF.shape[1] == 0 ? layers[0].bias! : layers[0].call(cat([z_BF, missing_BF.to_type(ScalarType.Float32)], 1));
            return embedded.Aggregate(fromNumbers, (sum, weight) => sum + weight);
        }

        // Piecewise-linear encoding (Gorishniy et al. 2022, arXiv:2203.05556), clipped at both ends: an outlier is "the last bin, full".
        var bins_BFT = ((z_BF.unsqueeze(2) - lower_FT) / width_FT).clamp(0, 1);
        var x = cat([bins_BFT.flatten(1), missing_BF.to_type(ScalarType.Float32), .. embedded], 1);
        foreach (var layer in layers.SkipLast(1))
            x = dropout.call(layer.call(x).relu_());
        return layers[^1].call(x);
    }

    /// <summary>1.6 n^0.56, at most 32: a rule of thumb of fast.ai's for embeddings of n categories.</summary>
    private static int EmbeddingSize(int slots) => Math.Min(32, (int)Math.Round(1.6 * Math.Pow(slots, 0.56)));

    /// <summary>Lower edges and widths (F, T); a feature with fewer bins is filled up with bins no value reaches.</summary>
    private static (Tensor Lower_FT, Tensor Width_FT) Bins(NumberFeature[] numbers)
    {
        const float unreachable = 1e30f;
        var bins = numbers.Select(feature => Math.Max(0, feature.Edges.Length - 1)).DefaultIfEmpty(0).Max();
        var lower = new float[numbers.Length * bins];
        var width = new float[numbers.Length * bins];
        for (var f = 0; f < numbers.Length; f++)
            for (var t = 0; t < bins; t++)
            {
                var edges = numbers[f].Edges;
                var real = t + 1 < edges.Length;
                lower[f * bins + t] = real ? edges[t] : unreachable;
                width[f * bins + t] = real ? edges[t + 1] - edges[t] : 1;
            }
        return (tensor(lower, [numbers.Length, bins]), tensor(width, [numbers.Length, bins]));
    }
}
