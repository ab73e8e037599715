// Writes PNG files (ISO/IEC 15948): the smallest form, 8 bits, no interlacing, every row as it is.
using System.Buffers.Binary;
using System.IO.Compression;

namespace MaaS.Contracts.Datasets;

public static class Png
{
    private static readonly uint[] s_crc = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (crc, _) => (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)))))];

    /// <param name="pixels_HWC">Height x Width x Channels, row by row.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    public static byte[] Of(ReadOnlySpan<byte> pixels_HWC, int width, int height, int channels)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, (byte)(channels == 1 ? 0 : 2));
        Chunk(file, "IHDR"u8, header);
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels_HWC.Slice(y * width * channels, width * channels));
            }
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        var crc = uint.MaxValue;
        foreach (var b in type)
            crc = (crc >> 8) ^ s_crc[(byte)(crc ^ b)];
        foreach (var b in data)
            crc = (crc >> 8) ^ s_crc[(byte)(crc ^ b)];
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }
}
