// Reads the HDF5 files that Hdf5 writes, from strangers too. Not with PureHDF: the format lets a dataset or a link name another file, and
// PureHDF 2.2 follows each without a way to forbid it; a model file must never be a way to another file of this machine. What is read here
// is the part that PureHDF writes (https://docs.hdfgroup.org/hdf5/v1_10/_f_m_t3.html): superblock 3, object headers 2, hard links,
// tensors that lie in one piece, texts in the global heap. Everything else is refused.
using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace MaaS.Engine.Packages;

internal sealed class Hdf5Reader
{
    private const int MostMessages = 100_000;
    private const byte DataspaceType = 1, DatatypeType = 3, LinkType = 6, ExternalFilesType = 7, LayoutType = 8, FiltersType = 11, AttributeType = 12, ContinuationType = 16;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly FileStream _file;
    private int _messages;

    private Hdf5Reader(FileStream file) => _file = file;

    public static bool IsOne(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[8];
        return file.ReadAtLeast(first, 8, throwOnEndOfStream: false) == 8 && first.SequenceEqual(Signature);
    }

    /// <summary>CPU tensors that the caller owns, and the root's attributes that are texts.</summary>
    /// <param name="name">As sentences call the file.</param>
    /// <exception cref="UserError">The file is broken, or holds what this server does not write.</exception>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path, string name)
    {
        using var file = File.OpenRead(path);
        try
        {
            return new Hdf5Reader(file).Read();
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException)
        {
            throw new UserError($"{name} is not an HDF5 file as this server writes them: {(broken is InvalidDataException ? broken.Message : "it is cut off or broken.")}", broken);
        }
    }

    private (Dictionary<string, Tensor>, Dictionary<string, string>) Read()
    {
        var superblock = Bytes(0, 48);
        if (superblock[8] != 3 || superblock[9] != 8 || superblock[10] != 8 || Number(superblock, 12) != 0)
            throw new InvalidDataException("its superblock is of another version.");
        if (Number(superblock, 28) != _file.Length)
            throw new EndOfStreamException();
        var root = Messages(Number(superblock, 36));
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in root.Where(message => message.Type == AttributeType))
            if (Attribute(attribute.Data) is var (key, text))
                metadata[key] = text;
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        if (Links(root).Where(link => link.Name == Hdf5.Weights).Select(link => (long?)link.Address).SingleOrDefault() is { } weights)
            foreach (var (tensor, address) in Links(Messages(weights)))
                tensors[tensor] = Dataset(tensor, Messages(address));
        return (tensors, metadata);
    }

    /// <summary>The messages of an object header and its continuations.</summary>
    private List<(byte Type, byte[] Data)> Messages(long address)
    {
        var start = Bytes(address, 6);
        if (!start.AsSpan(0, 4).SequenceEqual("OHDR"u8) || start[4] != 2)
            throw new InvalidDataException("an object header is of another version.");
        var flags = start[5];
        var at = address + 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
        var width = 1 << (flags & 3);
        var head = (flags & 4) != 0 ? 6 : 4;
        var chunks = new Queue<byte[]>([Bytes(at + width, Number(Bytes(at, width), 0, width))]);
        var found = new List<(byte, byte[])>();
        while (chunks.TryDequeue(out var chunk))
            for (var offset = 0; offset + head <= chunk.Length;)
            {
                var (type, size) = (chunk[offset], BinaryPrimitives.ReadUInt16LittleEndian(chunk.AsSpan(offset + 1)));
                if ((chunk[offset + 3] & 2) != 0 || ++_messages > MostMessages)
                    throw new InvalidDataException("a header shares its messages, or has too many.");
                var data = chunk.AsSpan(offset + head, size).ToArray();
                offset += head + size;
                if (type == ContinuationType)
                    chunks.Enqueue(Continuation(Number(data, 0), Number(data, 8)));
                else
                    found.Add((type, data));
            }
        return found;
    }

    /// <summary>Between its signature and its checksum.</summary>
    private byte[] Continuation(long at, long length) => Bytes(at, 4).AsSpan().SequenceEqual("OCHK"u8)
        ? Bytes(at + 4, length - 8)
        : throw new InvalidDataException("a header goes on where there is nothing.");

    private static IEnumerable<(string Name, long Address)> Links(IEnumerable<(byte Type, byte[] Data)> messages)
    {
        foreach (var (_, data) in messages.Where(message => message.Type == LinkType))
        {
            var flags = data[1];
            var at = 2;
            if ((flags & 8) != 0 && data[at++] != 0)
                throw new InvalidDataException("it holds a link to elsewhere; only what lies in the file itself is read.");
            at += ((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0);
            var width = 1 << (flags & 3);
            var length = checked((int)Number(data, at, width));
            yield return (Encoding.UTF8.GetString(data, at + width, length), Number(data, at + width + length));
        }
    }

    private Tensor Dataset(string name, List<(byte Type, byte[] Data)> messages)
    {
        if (messages.Any(message => message.Type is ExternalFilesType or FiltersType))
            throw new InvalidDataException($"the dataset \"{name}\" is compressed, or lies in another file.");
        var shape = Shape(messages.Single(message => message.Type == DataspaceType).Data);
        var type = TypeOf(name, messages.Single(message => message.Type == DatatypeType).Data);
        var layout = messages.Single(message => message.Type == LayoutType).Data;
        var values = zeros(0, type);
        var bytes = shape.Aggregate(values.element_size(), (product, size) => checked(product * size));
        var data = (layout[0], layout[1]) switch
        {
            (4, 0) => layout.AsSpan(4, BinaryPrimitives.ReadUInt16LittleEndian(layout.AsSpan(2))).ToArray(),
            (4, 1) => bytes == 0 ? [] : Bytes(Number(layout, 2), Number(layout, 10)),
            _ => throw new InvalidDataException($"the dataset \"{name}\" does not lie in one piece."),
        };
        if (data.Length != bytes || shape.Any(size => size < 0))
            throw new InvalidDataException($"the dataset \"{name}\" has {data.Length} bytes where its shape asks for {bytes}.");
        values.Dispose();
        values = zeros(shape, type);
        data.CopyTo(values.bytes);
        return values;
    }

    private static long[] Shape(byte[] data) => data[0] == 2
        ? [.. Enumerable.Range(0, data[1]).Select(i => Number(data, 4 + 8 * i))]
        : throw new InvalidDataException("a dataspace is of another version.");

    /// <summary>Little-endian numbers of the usual sizes: class 0 whole, with or without a sign, class 1 of IEEE 754.</summary>
    private static ScalarType TypeOf(string name, byte[] data) => (data[0] & 15, data[1] & 1, data[1] & 8, Number(data, 4, 4)) switch
    {
        (1, 0, _, 4) => ScalarType.Float32,
        (1, 0, _, 8) => ScalarType.Float64,
        (0, 0, 8, 8) => ScalarType.Int64,
        (0, 0, 8, 4) => ScalarType.Int32,
        (0, 0, 8, 2) => ScalarType.Int16,
        (0, 0, 8, 1) => ScalarType.Int8,
        (0, 0, 0, 1) => ScalarType.Byte,
        _ => throw new InvalidDataException($"the dataset \"{name}\" is of a type that weights do not have."),
    };

    /// <summary>Null when it is no single text of variable length.</summary>
    private (string Name, string Text)? Attribute(byte[] data)
    {
        if (data[0] != 3)
            throw new InvalidDataException("an attribute is of another version.");
        int Size(int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at));
        var (name, type, space) = (9, 9 + Size(2), 9 + Size(2) + Size(4));
        if ((data[type] & 15) != 9 || (data[type + 1] & 15) != 1 || data[space + 1] != 0)
            return null;
        var value = space + Size(6);
        return (Encoding.UTF8.GetString(data, name, Size(2)).TrimEnd('\0'), Text(Number(data, value, 4), Number(data, value + 4), Number(data, value + 12, 4)));
    }

    /// <summary>An object of a global heap.</summary>
    private string Text(long length, long heap, long index)
    {
        if (!Bytes(heap, 4).AsSpan().SequenceEqual("GCOL"u8))
            throw new InvalidDataException("a text lies in no heap.");
        var end = heap + Number(Bytes(heap + 8, 8), 0);
        for (var at = heap + 16; at + 16 <= end;)
        {
            var head = Bytes(at, 16);
            var (own, size) = (Number(head, 0, 2), Number(head, 8));
            if (size < 0)
                break;
            if (own == index && index != 0)
                return length <= size ? Encoding.UTF8.GetString(Bytes(at + 16, length)) : throw new InvalidDataException("a text is longer than its place.");
            if (own == 0)
                break;
            at = checked(at + 16 + (size + 7) / 8 * 8);
        }
        throw new InvalidDataException("a text is not in its heap.");
    }

    /// <summary>Never more than the file has, whatever a length says.</summary>
    private byte[] Bytes(long at, long count)
    {
        if (at < 0 || count < 0 || count > Array.MaxLength || at > _file.Length - count)
            throw new EndOfStreamException();
        var bytes = new byte[count];
        _file.Position = at;
        _file.ReadExactly(bytes);
        return bytes;
    }

    private static long Number(byte[] data, int at, int width = 8)
    {
        var number = 0L;
        for (var i = width - 1; i >= 0; i--)
            number = number << 8 | data[at + i];
        return number;
    }
}
