// Codes of an authenticator app: RFC 6238 (time) over RFC 4226 (counter), HMAC-SHA1, steps of 30 s, as every such app has them.
// Knows nothing of people; whoever accepts a code must also see to it that it is accepted once.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Catalog.Teams;

public static class Totp
{
    /// <summary>As long as the hash, which RFC 4226 section 4 recommends.</summary>
    public const int SecretBytes = 20;

    private const int SecondsOfStep = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long Step(DateTimeOffset at) => at.ToUnixTimeSeconds() / SecondsOfStep;

    /// <param name="digits">Six, except in the examples of the RFC.</param>
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = 6)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);
        // RFC 4226 section 5.3: where the last four bits point, without the sign.
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & int.MaxValue;
        return (number % (long)Math.Pow(10, digits)).ToString($"D{digits}");
    }

    /// <summary>The step whose code this is: the present one, or a neighbour, because clocks differ and people type.</summary>
    /// <returns>Null when it is none of theirs.</returns>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        long? matched = null;
        for (var step = Step(now) - 1; step <= Step(now) + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), Encoding.UTF8.GetBytes(code)))
                matched = step;
        return matched;
    }

    /// <summary>RFC 4648 section 6, without padding: what the apps take.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var one in bytes)
        {
            (bits, held) = ((bits << 8) | one, held + 8);
            for (; held >= 5; held -= 5)
                text.Append(Alphabet[(bits >> (held - 5)) & 31]);
            bits &= 31;
        }
        return held == 0 ? text.ToString() : text.Append(Alphabet[(bits << (5 - held)) & 31]).ToString();
    }
}
