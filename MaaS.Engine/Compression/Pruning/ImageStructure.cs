// What can go from the networks for images: neurons of each hidden layer, channels of each convolution, channels inside a residual block. What
// passes by a residual block is everybody's, and stays.
using MaaS.Contracts.Training;
using MaaS.Engine.Tasks.Images;

namespace MaaS.Engine.Compression;

internal static class ImageStructure
{
    private const int Kernel = 9; // of 3 x 3

    /// <param name="training">Every value filled in.</param>
    public static Structure? Of(ImageTraining training, Encoder encoder, int classes) => training.Network switch
    {
        ImageMlpNetwork mlp => Of(training, mlp, encoder, classes),
        ConvolutionalNetwork cnn => Of(training, cnn, encoder, classes),
        ResNetwork resnet => Of(training, resnet, encoder, classes),
        _ => null,
    };

    private static Structure Of(ImageTraining training, ImageMlpNetwork mlp, Encoder encoder, int classes)
    {
        var widths = mlp.Hidden!;
        var shapes = new Dictionary<string, long[]>();
        var groups = widths.Select((width, layer) => new Units(
            $"hidden.{layer}", width,
            [new($"hidden.{layer}.weight", 0), new($"hidden.{layer}.bias", 0), .. mlp.Normalized ? Norm($"norms.{layer}") : []],
            [new(layer + 1 < widths.Count ? $"hidden.{layer + 1}.weight" : "output.weight", 1)],
            mlp.Normalized ? $"norms.{layer}" : null)).ToArray();
        for (var layer = 0; layer < widths.Count; layer++)
            shapes[$"hidden.{layer}.weight"] = [widths[layer], layer == 0 ? encoder.Height * encoder.Width * encoder.Channels : widths[layer - 1]];
        shapes["output.weight"] = [classes, widths[^1]];
        return new(groups, shapes.ToDictionary(shape => shape.Key, _ => 1L), shapes, kept => training with { Network = mlp with { Hidden = [.. kept] } });
    }

    private static Structure Of(ImageTraining training, ConvolutionalNetwork cnn, Encoder encoder, int classes)
    {
        var (widths, halvings) = (cnn.Channels!, ConvolutionalNet.HalvingsOf(cnn));
        var (shapes, times) = (new Dictionary<string, long[]>(), new Dictionary<string, long>());
        var (height, width) = (encoder.Height, encoder.Width);
        for (var layer = 0; layer < widths.Count; layer++)
        {
            if (halvings.Contains(layer))
                (height, width) = (height / 2, width / 2);
            var name = $"convolutions.{layer}.kernel.weight";
            shapes[name] = [widths[layer], layer == 0 ? encoder.Channels : widths[layer - 1], Kernel];
            times[name] = (long)height * width;
        }
        (shapes["output.weight"], times["output.weight"]) = ([classes, widths[^1]], 1);
        var groups = widths.Select((count, layer) => new Units(
            $"convolutions.{layer}", count,
            [new($"convolutions.{layer}.kernel.weight", 0), .. Norm($"convolutions.{layer}.norm")],
            [new(layer + 1 < widths.Count ? $"convolutions.{layer + 1}.kernel.weight" : "output.weight", 1)],
            $"convolutions.{layer}.norm")).ToArray();
        return new(groups, times, shapes, kept => training with { Network = cnn with { Channels = [.. kept], Halvings = halvings } });
    }

    private static Structure Of(ImageTraining training, ResNetwork resnet, Encoder encoder, int classes)
    {
        var (shapes, times) = (new Dictionary<string, long[]>(), new Dictionary<string, long>());
        var groups = new List<Units>();
        var (height, width, channels) = (encoder.Height, encoder.Width, resnet.Width);
        void Has(string name, long to, long from, long kernel) => (shapes[name], times[name]) = ([to, from, kernel], (long)height * width);

        Has("stem.kernel.weight", channels, encoder.Channels, Kernel);
        for (var block = 0; block < ResNet.Stages * resnet.Blocks; block++)
        {
            var to = block > 0 && block % resnet.Blocks == 0 ? channels * 2 : channels;
            if (to > channels)
                (height, width) = ((height + 1) / 2, (width + 1) / 2);
            var (name, inner) = ($"blocks.{block}", resnet.Inner?[block] ?? to);
            Has($"{name}.first.kernel.weight", inner, channels, Kernel);
            Has($"{name}.second.kernel.weight", to, inner, Kernel);
            if (to > channels)
                Has($"{name}.shortcut.kernel.weight", to, channels, 1);
            groups.Add(new Units(
                name, inner, [new($"{name}.first.kernel.weight", 0), .. Norm($"{name}.first.norm")], [new($"{name}.second.kernel.weight", 1)], $"{name}.first.norm"));
            channels = to;
        }
        (shapes["output.weight"], times["output.weight"]) = ([classes, channels], 1);
        return new(groups, times, shapes, kept => training with { Network = resnet with { Inner = [.. kept] } });
    }

    private static UnitAxis[] Norm(string name) =>
        [new($"{name}.weight", 0), new($"{name}.bias", 0), new($"{name}.running_mean", 0), new($"{name}.running_var", 0)];
}
