// A model.onnx at rest: weights that are sparse or shared are entropy-coded, after Han et al. 2016, arXiv:1510.00149, but with a context for
// each position, as Wiedemann et al. 2020, arXiv:1907.11900, do; every other byte is compressed as it is. It decodes to the same bytes.
//
// The file: "MaaSCode", a byte for the version, SHA-256 of the model; then, Brotli'd, how many bytes the model has and how many tensors are
// coded, of each its place, size, columns, background, table and coded length (variable-length numbers), its values without a table, and the
// model without those tensors; then the coded tensors one after the other.
using System.IO.Compression;
using System.Security.Cryptography;

namespace MaaS.Engine.Compression.Coding;

internal static class CodedModel
{
    private const byte Version = 1;
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "MaaSCode"u8;

    /// <returns>Bytes of the coded file.</returns>
    public static long Write(string onnx, string path)
    {
        var coded = Encode(File.ReadAllBytes(onnx));
        File.WriteAllBytes(path, coded);
        return coded.Length;
    }

    /// <exception cref="UserError">The file is not a coded model, of a later version, or broken.</exception>
    public static void Read(string path, string onnx) => File.WriteAllBytes(onnx, Decode(File.ReadAllBytes(path), Path.GetFileName(path)));

    public static byte[] Encode(ReadOnlySpan<byte> model)
    {
        var (head, rest, payload) = (new MemoryStream(), new MemoryStream(), new MemoryStream());
        var (count, end) = (0, 0);
        foreach (var tensor in RawTensors.Of(model))
        {
            var bytes = model.Slice(tensor.Offset, tensor.Length);
            if (CodedTensor.Of(bytes, tensor.Size) is not { } coded)
                continue;
            var coder = new RangeWriter();
            new WeightModel(tensor.Columns, coded.Values.Length).Walk(ref coder, coded.Symbols);
            var stream = coder.Coder.Finish();
            if (stream.Length + (coded.Values.Length + coded.Rest.Length) * tensor.Size >= Squeezed(bytes).Length)
                continue;
            rest.Write(model[end..tensor.Offset]);
            foreach (var number in (uint[])[(uint)(tensor.Offset - end), (uint)tensor.Length, (uint)tensor.Size, (uint)tensor.Columns, coded.Background, (uint)coded.Values.Length, (uint)coded.Rest.Length, (uint)stream.Length])
                Put(head, number);
            foreach (var value in coded.Values.Concat(coded.Rest))
                head.Write(BitConverter.GetBytes(value).AsSpan(0, tensor.Size));
            payload.Write(stream);
            (count, end) = (count + 1, tensor.Offset + tensor.Length);
        }
        rest.Write(model[end..]);
        var plain = new MemoryStream();
        Put(plain, (uint)model.Length);
        Put(plain, (uint)count);
        plain.Write(head.ToArray());
        plain.Write(rest.ToArray());
        var (squeezed, lengths) = (Squeezed(plain.ToArray()), new MemoryStream());
        Put(lengths, (uint)plain.Length);
        Put(lengths, (uint)squeezed.Length);
        return [.. Magic, Version, .. SHA256.HashData(model), .. lengths.ToArray(), .. squeezed, .. payload.ToArray()];
    }

    /// <param name="name">Of the file, for sentences.</param>
    /// <exception cref="UserError">The file is not a coded model, of a later version, or broken.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> file, string name)
    {
        if (!file.StartsWith(Magic) || file.Length < Magic.Length + 1 + HashBytes)
            throw new UserError($"{name} is not a coded model: it does not begin as one.");
        if (file[Magic.Length] != Version)
            throw new UserError($"{name} is a coded model of version {file[Magic.Length]}; version {Version} is read here.");
        var hash = file.Slice(Magic.Length + 1, HashBytes);
        byte[]? model;
        try
        {
            model = Body(file[(Magic.Length + 1 + HashBytes)..]);
        }
        catch (Exception broken) when (broken is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException)
        {
            throw new UserError($"{name} is broken: it ends too early or says what cannot be.", broken);
        }
        return SHA256.HashData(model).AsSpan().SequenceEqual(hash) ? model
            : throw new UserError($"{name} is broken: what it decodes to is not what was coded.");
    }

    private static byte[] Body(ReadOnlySpan<byte> file)
    {
        var at = 0;
        var (length, squeezed) = (Take(file, ref at), Take(file, ref at));
        var payload = file[checked(at + squeezed)..];
        var plain = Plain(file.Slice(at, squeezed), length);
        at = 0;
        var (bytes, count) = (Take(plain, ref at), Take(plain, ref at));
        var places = new List<(RawTensor Place, CodedTensor Tensor, int Gap)>();
        var coded = 0L;
        for (var i = 0; i < count; i++)
        {
            var (gap, size8) = (Take(plain, ref at), Take(plain, ref at));
            var place = new RawTensor(0, size8, Take(plain, ref at), Take(plain, ref at));
            var (background, values, rest, stream) = ((uint)RawTensors.Varint(plain, ref at), Take(plain, ref at), Take(plain, ref at), Take(plain, ref at));
            // No symbol is ever certain enough for a byte to hold more than some 11,000; memory is not asked for what a broken file says.
            if (place.Size is not (1 or 4) || place.Length % place.Size != 0 || place.Columns < 1 || place.Columns > place.Length || (coded += place.Length) > bytes || place.Length / place.Size > (stream + 16L) << 14)
                throw new InvalidDataException("A tensor of an impossible size.");
            var tensor = new CodedTensor(background, Numbers(plain, ref at, values, place.Size), new ushort[place.Length / place.Size], Numbers(plain, ref at, rest, place.Size));
            var coder = new RangeReader(payload[..stream]);
            new WeightModel(place.Columns, values).Walk(ref coder, tensor.Symbols);
            payload = payload[stream..];
            places.Add((place, tensor, gap));
        }
        if (plain.Length - at + coded != bytes)
            throw new InvalidDataException("The parts are not as long as the whole.");
        var model = new byte[bytes];
        var to = 0;
        foreach (var (place, tensor, gap) in places)
        {
            plain.AsSpan(at, gap).CopyTo(model.AsSpan(to));
            (at, to) = (at + gap, to + gap);
            tensor.Into(model.AsSpan(to, place.Length), place.Size);
            to += place.Length;
        }
        plain.AsSpan(at).CopyTo(model.AsSpan(to));
        return model;
    }

    private static uint[] Numbers(ReadOnlySpan<byte> plain, ref int at, int count, int size)
    {
        var part = plain.Slice(at, checked(count * size));
        at += part.Length;
        var numbers = new uint[count];
        for (var i = 0; i < count; i++)
            numbers[i] = size == 1 ? part[i] : BitConverter.ToUInt32(part[(i * 4)..]);
        return numbers;
    }

    private static byte[] Squeezed(ReadOnlySpan<byte> plain)
    {
        var squeezed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        // Within a window of 16 MB; the best there is where it does not take minutes.
        return BrotliEncoder.TryCompress(plain, squeezed, out var length, plain.Length < 4 << 20 ? 11 : 6, 24) ? squeezed[..length]
            : throw new InvalidOperationException($"{plain.Length} bytes did not fit into {squeezed.Length}.");
    }

    private static byte[] Plain(ReadOnlySpan<byte> squeezed, int length)
    {
        // Brotli says at most some millions of bytes with one; a length beyond that is a broken one, and memory is not asked for it.
        if (length > (squeezed.Length + 1L) << 20)
            throw new InvalidDataException("An impossible length.");
        var plain = new byte[length];
        return BrotliDecoder.TryDecompress(squeezed, plain, out var written) && written == length ? plain : throw new InvalidDataException("Not what was compressed.");
    }

    private static void Put(MemoryStream to, uint number)
    {
        for (; number >= 0x80; number >>= 7)
            to.WriteByte((byte)(number | 0x80));
        to.WriteByte((byte)number);
    }

    private static int Take(ReadOnlySpan<byte> from, ref int at) => checked((int)RawTensors.Varint(from, ref at));

    private struct RangeWriter() : IBitCoder
    {
        public RangeEncoder Coder { get; } = new();

        public readonly int Code(ref Odds odds, int bit)
        {
            Coder.Put(ref odds, bit);
            return bit;
        }
    }

    private ref struct RangeReader(ReadOnlySpan<byte> bytes) : IBitCoder
    {
        private RangeDecoder _coder = new(bytes);

        public int Code(ref Odds odds, int bit) => _coder.Take(ref odds);
    }
}
