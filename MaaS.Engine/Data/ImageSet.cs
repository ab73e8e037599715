// Images in memory for training: all in one tensor of bytes, in one shape, with the class of each.
using System.Diagnostics;
using MaaS.Contracts.Datasets;
using static TorchSharp.torch;

namespace MaaS.Engine.Data;

/// <param name="Pixels_NHWC">Bytes.</param>
/// <param name="Classes">The class column.</param>
/// <param name="IsTest">Of each image: whether the file itself puts it into the test.</param>
internal sealed record ImageSet(Tensor Pixels_NHWC, CategoryColumn Classes, bool[] IsTest) : IDisposable
{
    private const long MostBytes = 2_000_000_000;

    /// <exception cref="UserError">The data is no images, or more than fit in memory.</exception>
    public static ImageSet Read(DataFile data, (int Height, int Width, int Channels) shape, IProgress<Report> progress, CancellationToken token)
    {
        if (data.Profile.Images is null)
            throw new UserError($"{data.Name} holds no images: they come as a ZIP of class folders with PNG or JPEG files, or of IDX files.");
        var watch = Stopwatch.StartNew();
        using var file = ImageFile.Open(data.Path, data.Profile.Reading.Format ?? DatasetFormat.ImageFolders);
        var each = shape.Channels * shape.Height * shape.Width;
        if ((long)file.Count * each > MostBytes)
            throw new UserError($"{file.Count:N0} images of {shape.Width} x {shape.Height} pixels take {(long)file.Count * each / 1e9:f1} GB; at most {MostBytes / 1e9:f0} GB fit in memory. Lower size.");

        var pixels_NHWC = empty([file.Count, shape.Height, shape.Width, shape.Channels], dtype: ScalarType.Byte).DetachFromDisposeScope();
        var (codes, labels, isTest) = (new int[file.Count], new Dictionary<string, int>(StringComparer.Ordinal), new bool[file.Count]);
        var row = 0;
        foreach (var image in file.Read())
        {
            token.ThrowIfCancellationRequested();
            image.Picture.As(shape.Width, shape.Height, shape.Channels).Pixels_HWC.CopyTo(pixels_NHWC.bytes.Slice(row * each, each));
            labels.TryAdd(image.Label, labels.Count);
            (codes[row], isTest[row]) = (labels[image.Label], image.IsTest);
            row++;
        }
        progress.Report(new Said($"read {row:N0} images of {data.Name} in {watch.Elapsed.TotalSeconds:f1} s; each is {shape.Width} x {shape.Height} pixels, {(shape.Channels == 1 ? "grey" : "in colour")}"));
        return new ImageSet(pixels_NHWC, new CategoryColumn(ImageProfile.ClassColumn, codes, [.. labels.Keys]), isTest);
    }

    public void Dispose() => Pixels_NHWC.Dispose();
}
