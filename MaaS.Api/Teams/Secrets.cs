// Bearer secrets: 32 random bytes behind a prefix that says what they are. Only their SHA-256 is stored: they are too
// random to guess, so a slow hash would protect nothing and cost every request.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Api.Teams;

internal static class Secrets
{
    public const string Session = "ms_";
    public const string ApiKey = "mk_";
    public const string Invitation = "mi_";

    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
