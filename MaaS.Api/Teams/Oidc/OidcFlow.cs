// One sign-in on its way to the provider and back. All that binds the two ways together is derived from one secret that the browser keeps and
// no address ever holds: a state or a code that somebody overheard finishes nothing.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Api.Teams.Oidc;

internal readonly record struct OidcFlow(string Secret)
{
    public static OidcFlow New() => new(Secrets.New(Secrets.Oidc));

    public byte[] Hash => Secrets.Hash(Secret);

    /// <summary>Goes to the provider and comes back: what came back is the answer to what was asked.</summary>
    public string State => Part("state");

    /// <summary>Comes back inside the token: it was made for this sign-in.</summary>
    public string Nonce => Part("nonce");

    /// <summary>RFC 7636 (PKCE): only who has it gets a token for the code.</summary>
    public string Verifier => Part("verifier");

    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public bool IsStateOf(string state) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(State), Encoding.UTF8.GetBytes(state));

    private string Part(string name) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(name)));
}
