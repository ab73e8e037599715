// One file in the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, 8 for bytes, the number of dimensions, each size
// as four bytes, then the bytes. Gzipped or not, inside a ZIP.
using System.Buffers.Binary;
using System.IO.Compression;

namespace MaaS.Engine.Data;

/// <param name="Shape">N, or N x H x W, or N x H x W x C.</param>
internal sealed record IdxFile(ZipArchiveEntry Entry, IReadOnlyList<int> Shape)
{
    private const int Bytes = 8;
    private const int MostDimensions = 4;

    public bool IsLabels => Shape.Count == 1;

    public string Name => Entry.FullName;

    public static bool Holds(ZipArchiveEntry entry) => !entry.IsEncrypted && Begins(() => Content(entry));

    /// <summary>Whether a file by itself begins like one, gzipped or not.</summary>
    public static bool IsOne(byte[] file) => Begins(() => new MemoryStream(file)) || Begins(() => new GZipStream(new MemoryStream(file), CompressionMode.Decompress));

    /// <exception cref="UserError">A size is beyond what is read.</exception>
    public static IdxFile Open(ZipArchiveEntry entry)
    {
        using var stream = Content(entry);
        var header = HeaderOf(stream);
        var sizes = new byte[header[3] * 4];
        stream.ReadExactly(sizes);
        var shape = sizes.Chunk(4).Select(size => BinaryPrimitives.ReadUInt32BigEndian(size)).ToArray();
        return shape.All(size => size is > 0 and <= int.MaxValue)
            ? new IdxFile(entry, [.. shape.Select(size => (int)size)])
            : throw new UserError($"{entry.FullName} says that it holds {string.Join(" x ", shape)} values; every size must be 1 or more.");
    }

    /// <summary>The bytes behind the sizes.</summary>
    public Stream Values()
    {
        var stream = Content(Entry);
        stream.ReadExactly(new byte[4 + Shape.Count * 4]);
        return stream;
    }

    private static bool Begins(Func<Stream> open)
    {
        try
        {
            using var stream = open();
            return HeaderOf(stream) is [0, 0, Bytes, >= 1 and <= MostDimensions];
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            return false;
        }
    }

    private static byte[] HeaderOf(Stream stream)
    {
        var header = new byte[4];
        stream.ReadExactly(header);
        return header;
    }

    private static BufferedStream Content(ZipArchiveEntry entry)
    {
        bool isPacked;
        using (var peek = entry.Open())
            isPacked = peek.ReadByte() == 0x1F && peek.ReadByte() == 0x8B;
        return new BufferedStream(isPacked ? new GZipStream(entry.Open(), CompressionMode.Decompress) : entry.Open(), 1 << 16);
    }
}
