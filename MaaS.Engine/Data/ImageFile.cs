// Labelled pictures in a ZIP, one after the other, whichever way they lie in it. Knows nothing of tensors or statistics.
// Nothing is unpacked to a disk, and no more is read of an entry than a picture may have: a path or a size in the file can do no harm.
using System.IO.Compression;
using MaaS.Contracts.Datasets;
using MaaS.Inference.Images;

namespace MaaS.Engine.Data;

/// <param name="Place">Where it is, for sentences and the preview: the entry, or its number in one.</param>
/// <param name="IsTest">It lies in a part that the file itself calls the test.</param>
internal sealed record LabelledPicture(string Place, string Label, bool IsTest, Picture Picture);

internal abstract class ImageFile(ZipArchive zip, DatasetFormat format) : IDisposable
{
    public const int MostPictures = 1_000_000;

    public DatasetFormat Format { get; } = format;

    public abstract int Count { get; }

    /// <summary>What was found on opening and is worth a sentence.</summary>
    public abstract IReadOnlyList<string> Warnings { get; }

    /// <exception cref="UserError">A picture is broken, or too large; names it.</exception>
    public abstract IEnumerable<LabelledPicture> Read();

    public void Dispose() => zip.Dispose();

    /// <summary>What a ZIP holds; null when it is not pictures.</summary>
    public static DatasetFormat? FormatOf(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entries = zip.Entries.Where(entry => !IsJunk(entry)).ToList();
            return entries.Exists(ImageFolders.IsPicture) ? DatasetFormat.ImageFolders : entries.Exists(IdxFile.Holds) ? DatasetFormat.Idx : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <exception cref="UserError">It is not a ZIP, or does not hold what the format says.</exception>
    public static ImageFile Open(string path, DatasetFormat format)
    {
        ZipArchive zip;
        try
        {
            zip = ZipFile.OpenRead(path);
        }
        catch (InvalidDataException broken)
        {
            throw new UserError("The file is not a ZIP archive, or is cut short; images come as a ZIP of class folders, or of IDX files.", broken);
        }
        try
        {
            var entries = zip.Entries.Where(entry => !IsJunk(entry)).ToList();
            return format == DatasetFormat.Idx ? IdxImages.Of(zip, entries) : ImageFolders.Of(zip, entries);
        }
        catch (Exception broken)
        {
            zip.Dispose();
            if (broken is InvalidDataException)
                throw new UserError($"The ZIP archive is damaged: {broken.Message}", broken);
            throw;
        }
    }

    /// <summary>The whole of an entry, however small its header says it is.</summary>
    protected static byte[] Bytes(ZipArchiveEntry entry, int most) => Guarded(entry, () =>
    {
        using var stream = entry.Open();
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > most)
                throw new UserError($"{entry.FullName} has more than {most:N0} bytes, which is the most a picture may have.");
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    });

    /// <summary>Turns what a broken entry throws into a sentence.</summary>
    protected static T Guarded<T>(ZipArchiveEntry entry, Func<T> read)
    {
        if (entry.IsEncrypted)
            throw new UserError($"{entry.FullName} is encrypted; make the ZIP without a password.");
        try
        {
            return read();
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new UserError($"{entry.FullName} is damaged or cut short: {broken.Message}", broken);
        }
    }

    /// <summary>Folders, and what file managers leave behind.</summary>
    private static bool IsJunk(ZipArchiveEntry entry) =>
        entry.Name is "" or "Thumbs.db" or "desktop.ini" || entry.Name.StartsWith('.') || entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal);
}
