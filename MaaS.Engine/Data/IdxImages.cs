// A ZIP of IDX files: images and their labels, and perhaps a second such pair, called t10k or test, that is the customary test.
using System.Globalization;
using System.IO.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Inference.Images;

namespace MaaS.Engine.Data;

internal sealed class IdxImages : ImageFile
{
    private readonly IReadOnlyList<(IdxFile Images, IdxFile Labels, bool IsTest)> _pairs;

    private IdxImages(ZipArchive zip, IReadOnlyList<(IdxFile, IdxFile, bool)> pairs, IReadOnlyList<string> warnings) : base(zip, DatasetFormat.Idx) =>
        (_pairs, Warnings) = (pairs, warnings);

    public override int Count => _pairs.Sum(pair => pair.Images.Shape[0]);

    public override IReadOnlyList<string> Warnings { get; }

    public static IdxImages Of(ZipArchive zip, IReadOnlyList<ZipArchiveEntry> entries)
    {
        var files = entries.Where(IdxFile.Holds).Select(entry => Guarded(entry, () => IdxFile.Open(entry))).ToList();
        var others = entries.Where(entry => files.TrueForAll(file => file.Entry != entry)).ToList();
        if (files.Count == 0)
            throw new UserError("The ZIP archive holds no IDX files of bytes; images come as one with the images and one with their labels.");
        var pairs = files.GroupBy(file => IsTest(file.Name)).OrderBy(part => part.Key).Select(part => Pair([.. part], part.Key)).ToList();
        return pairs.Sum(pair => (long)pair.Images.Shape[0]) > MostPictures
            ? throw new UserError($"The IDX files hold {pairs.Sum(pair => (long)pair.Images.Shape[0]):N0} images; at most {MostPictures:N0} are allowed.")
            : new IdxImages(zip, pairs, others.Count == 0 ? [] : [$"{others.Count:N0} files that are not IDX were left out, the first is {others[0].FullName}."]);
    }

    public override IEnumerable<LabelledPicture> Read()
    {
        foreach (var (images, labels, isTest) in _pairs)
        {
            var (height, width, channels) = (images.Shape[1], images.Shape[2], images.Shape.Count == 4 ? images.Shape[3] : 1);
            using var pixels = Guarded(images.Entry, images.Values);
            using var classes = Guarded(labels.Entry, labels.Values);
            for (var i = 0; i < images.Shape[0]; i++)
            {
                var values = Next(images, pixels, width * height * channels);
                var label = Next(labels, classes, 1)[0].ToString(CultureInfo.InvariantCulture);
                yield return new LabelledPicture($"{images.Name}, image {i + 1}", label, isTest, new Picture(values, width, height, channels));
            }
            foreach (var (file, stream) in new[] { (images, pixels), (labels, classes) })
                if (Guarded(file.Entry, stream.ReadByte) >= 0)
                    throw new UserError($"{file.Name} goes on after the {file.Shape[0]:N0} values that it says it holds.");
        }
    }

    /// <summary>By a word of the file's own name: "latest-images" is no test, nor is what lies in a folder "my test".</summary>
    private static bool IsTest(string name) => name[(name.LastIndexOf('/') + 1)..].Split('-', '_', '.', ' ')
        .Any(word => word.Equals("t10k", StringComparison.OrdinalIgnoreCase) || word.Equals("test", StringComparison.OrdinalIgnoreCase));

    private static (IdxFile Images, IdxFile Labels, bool IsTest) Pair(List<IdxFile> part, bool isTest)
    {
        var names = string.Join(", ", part.Select(file => file.Name));
        if (part is not [var one, var other] || one.IsLabels == other.IsLabels)
            throw new UserError($"The IDX files {(isTest ? "of the test part " : "")}are {names}; one with images and one with their labels are needed{(isTest ? "" : ", and perhaps two more called test or t10k")}.");
        var (images, labels) = one.IsLabels ? (other, one) : (one, other);
        var shape = string.Join(" x ", images.Shape);
        if (images.Shape.Count == 2 || (images.Shape.Count == 4 && images.Shape[3] is not (1 or 3)))
            throw new UserError($"{images.Name} holds {shape} values; images are N x height x width, or N x height x width x 3 in colour.");
        if ((long)images.Shape[1] * images.Shape[2] > Picture.MostPixels)
            throw new UserError($"{images.Name} holds {shape} values; an image has at most {Picture.MostPixels:N0} pixels.");
        return images.Shape[0] == labels.Shape[0]
            ? (images, labels, isTest)
            : throw new UserError($"{images.Name} holds {images.Shape[0]:N0} images, and {labels.Name} {labels.Shape[0]:N0} labels; each image needs one.");
    }

    private static byte[] Next(IdxFile file, Stream stream, int count) => Guarded(file.Entry, () =>
    {
        var values = new byte[count];
        stream.ReadExactly(values);
        return values;
    });
}
