// Bodies and messages that were packed for the way, unpacked, up to the size that an unpacked one may have.
using System.Buffers;
using System.IO.Compression;

namespace MaaS.Api.Inference.OpenInference;

internal static class Unpacking
{
    /// <param name="what">"the body", for the sentence.</param>
    /// <exception cref="ServingError">It is packed in an unknown way, broken, or too large.</exception>
    public static ReadOnlyMemory<byte> Unpack(string encoding, in ReadOnlySequence<byte> packed, string what)
    {
        var from = new MemoryStream(packed.ToArray());
        using Stream unpacker = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(from, CompressionMode.Decompress),
            "deflate" => new ZLibStream(from, CompressionMode.Decompress),
            _ => throw new ServingError(ServingStatus.Invalid, $"{what} is encoded as \"{encoding}\"; it must be gzip, deflate or identity."),
        };
        try
        {
            var whole = new ArrayBufferWriter<byte>();
            while (unpacker.Read(whole.GetSpan(16 << 10)) is var read and > 0)
            {
                whole.Advance(read);
                if (whole.WrittenCount > RequestBody.MostBytes)
                    throw RequestBody.TooLarge();
            }
            return whole.WrittenMemory;
        }
        catch (InvalidDataException broken)
        {
            throw new ServingError(ServingStatus.Invalid, $"{what} is not {encoding}: {broken.Message}");
        }
    }
}
