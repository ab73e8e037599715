// What an authenticator app does with a secret that it was shown.
using MaaS.Catalog.Teams;

namespace MaaS.EndToEnd.Tests.Portal;

internal static class AuthenticatorApp
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>What the app shows so many steps of 30 s from now; each code is taken once, and one step early.</summary>
    public static string Code(string base32, int steps = 0)
    {
        var bits = string.Concat(base32.Select(letter => Convert.ToString(Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        byte[] secret = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(8 * i, 8), 2))];
        return Totp.Code(secret, Totp.Step(DateTimeOffset.UtcNow) + steps);
    }
}
