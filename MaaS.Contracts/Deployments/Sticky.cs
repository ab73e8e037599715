// Which of a deployment's versions a caller who names itself gets: the same on every server, and after a change of the weights for most.
using System.Text;

namespace MaaS.Contracts.Deployments;

public static class Sticky
{
    /// <summary>Of a request, and gRPC's metadata: requests with one value go to one version while the weights stay as they are.</summary>
    public const string Header = "X-Sticky-Key";

    private const int Chunk = 256; // bytes, and enough for 64 characters of any kind

    /// <summary>
    /// A number from 0 up to <paramref name="whole"/> that the deployment and the key alone decide, spread evenly: FNV-1a of the deployment's 16
    /// bytes and the key's UTF-8, mixed by the end of MurmurHash3 (FNV's upper bits hardly know the last letters).
    /// </summary>
    /// <remarks>http://www.isthe.com/chongo/tech/comp/fnv; https://github.com/aappleby/smhasher/wiki/MurmurHash3</remarks>
    public static int Point(Guid deployment, ReadOnlySpan<char> key, int whole)
    {
        Span<byte> bytes = stackalloc byte[Chunk];
        deployment.TryWriteBytes(bytes, bigEndian: true, out var length);
        var hash = Fnv(0xcbf29ce484222325, bytes[..length]);
        for (; key.Length > 0; key = key[Math.Min(key.Length, Chunk / 4)..])
            hash = Fnv(hash, bytes[..Encoding.UTF8.GetBytes(key[..Math.Min(key.Length, Chunk / 4)], bytes)]);
        return (int)Math.BigMul(Mixed(hash), (ulong)whole, out _);
    }

    private static ulong Fnv(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
            hash = (hash ^ one) * 0x100000001b3;
        return hash;
    }

    private static ulong Mixed(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
