// Bearer secrets: 32 random bytes behind a prefix that says what they are. Only their SHA-256 is stored: they are too
// random to guess, so a slow hash would protect nothing and cost every request.
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Api.Teams;

/// <summary>What a secret is looked up by: its hash, and whether it is an API key's or a session's.</summary>
internal readonly record struct SecretHash(UInt128 High, UInt128 Low, bool IsApiKey)
{
    public SecretHash(ReadOnlySpan<byte> sha256, bool isApiKey)
        : this(MemoryMarshal.Read<UInt128>(sha256), MemoryMarshal.Read<UInt128>(sha256[16..]), isApiKey)
    {
    }

    public byte[] Bytes
    {
        get
        {
            var bytes = new byte[SHA256.HashSizeInBytes];
            MemoryMarshal.Write(bytes, High);
            MemoryMarshal.Write(bytes.AsSpan(16), Low);
            return bytes;
        }
    }
}

internal static class Secrets
{
    public const string Session = "ms_";
    public const string ApiKey = "mk_";
    public const string Invitation = "mi_";
    public const string Reset = "mr_";
    public const string Webhook = "mw_";
    public const string Oidc = "mo_";

    private const string Bearer = "Bearer ";

    // Longer than any secret of ours; nothing beyond it is hashed.
    private const int Longest = 200;

    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The secret of an Authorization header, "Bearer ms_..." or "Bearer mk_...", without a trace on the heap.</summary>
    /// <returns>False when the header holds none.</returns>
    public static bool TryHash(string? header, out SecretHash hash)
    {
        hash = default;
        if (header is null || header.Length > Longest || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return false;
        var secret = header.AsSpan(Bearer.Length).Trim();
        Span<byte> bytes = stackalloc byte[3 * Longest];
        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(secret, bytes)], sha256);
        hash = new(sha256, secret.StartsWith(ApiKey, StringComparison.Ordinal));
        return true;
    }
}
