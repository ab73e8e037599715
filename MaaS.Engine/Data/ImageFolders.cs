// A ZIP of PNG and JPEG files in one folder per class. Folders around all of them do not count; two folders called train and test
// around the classes are parts. Knows paths and bytes.
using System.IO.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Inference.Images;

namespace MaaS.Engine.Data;

internal sealed class ImageFolders : ImageFile
{
    private const int LongestLabel = 200;
    private static readonly string[] s_read = [".png", ".jpg", ".jpeg"];
    private static readonly string[] s_refused = [".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".svg", ".jp2", ".pgm", ".ppm"];
    private static readonly string[] s_parts = ["train", "training", "val", "valid", "validation", "test", "testing"];

    private readonly IReadOnlyList<(ZipArchiveEntry Entry, string Label, bool IsTest)> _pictures;

    private ImageFolders(ZipArchive zip, IReadOnlyList<(ZipArchiveEntry, string, bool)> pictures, IReadOnlyList<string> warnings) : base(zip, DatasetFormat.ImageFolders) =>
        (_pictures, Warnings) = (pictures, warnings);

    public override int Count => _pictures.Count;

    public override IReadOnlyList<string> Warnings { get; }

    public static bool IsPicture(ZipArchiveEntry entry) => Has(entry, s_read);

    public static ImageFolders Of(ZipArchive zip, IReadOnlyList<ZipArchiveEntry> entries)
    {
        if (entries.FirstOrDefault(entry => Has(entry, s_refused)) is { } refused)
            throw new UserError($"{refused.FullName} is a {Path.GetExtension(refused.Name)[1..].ToUpperInvariant()} file; images are read from PNG and JPEG files.");
        var pictures = entries.Where(IsPicture).ToList();
        var others = entries.Where(entry => !IsPicture(entry)).ToList();
        if (pictures.Count == 0)
            throw new UserError("The ZIP archive holds no PNG or JPEG files; images come in one folder per class.");
        if (pictures.Count > MostPictures)
            throw new UserError($"The ZIP archive holds {pictures.Count:N0} images; at most {MostPictures:N0} are allowed.");

        var folders = pictures.ConvertAll(Folders);
        var around = Around(folders);
        var isParted = folders.TrueForAll(path => path.Length > around + 1 && s_parts.Contains(path[around], StringComparer.OrdinalIgnoreCase));
        var label = around + (isParted ? 1 : 0);
        if (folders.FindIndex(path => path.Length <= label) is var bare and >= 0)
            throw new UserError($"{pictures[bare].FullName} lies in no folder of its class; put the images of each class into a folder of its name, and at least two such folders into the ZIP archive.");
        return new ImageFolders(
            zip,
            [.. pictures.Zip(folders, (entry, path) => (entry, path[label], isParted && path[around].StartsWith("test", StringComparison.OrdinalIgnoreCase)))],
            others.Count == 0 ? [] : [$"{others.Count:N0} files that are neither PNG nor JPEG were left out, the first is {others[0].FullName}."]);
    }

    public override IEnumerable<LabelledPicture> Read()
    {
        foreach (var (entry, label, isTest) in _pictures)
        {
            var (picture, problem) = Picture.Decode(Bytes(entry, Picture.MostBytes));
            yield return new LabelledPicture(entry.FullName, label, isTest, picture ?? throw new UserError($"{entry.FullName} {problem}."));
        }
    }

    private static bool Has(ZipArchiveEntry entry, string[] endings) => endings.Contains(Path.GetExtension(entry.Name), StringComparer.OrdinalIgnoreCase);

    private static string[] Folders(ZipArchiveEntry entry)
    {
        // Some programs write the separators of their own system.
        var path = entry.FullName.Replace('\\', '/').Split('/')[..^1];
        return path.FirstOrDefault(folder => folder is "" or "." or ".." || folder.Length > LongestLabel || folder.Any(char.IsControl)) is { } wrong
            ? throw new UserError($"{entry.FullName} lies in a folder called \"{wrong}\"; a class has a name of 1 to {LongestLabel} characters on one line.")
            : path;
    }

    /// <summary>How many folders lie around all pictures.</summary>
    private static int Around(List<string[]> folders)
    {
        var around = 0;
        while (folders.TrueForAll(path => path.Length > around && path[around] == folders[0][around]))
            around++;
        return around;
    }
}
