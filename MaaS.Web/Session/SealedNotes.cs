// What the portal must still know at the next step of a sign-in goes through the browser sealed, for some minutes: it can neither be read nor
// made there. The portal keeps nothing meanwhile, so any replica can take the next step, and it works without scripts.
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace MaaS.Web.Session;

internal sealed class SealedNotes(IDataProtectionProvider protection)
{
    /// <summary>The e-mail address and the password that were typed before the code is.</summary>
    public const string Typed = "typed";

    /// <summary>A sign-in at the identity provider, and where it leads.</summary>
    public const string Flow = "flow";

    /// <summary>A sentence to show; sealed, or anybody could make a link that puts words in our mouth.</summary>
    public const string Sentence = "sentence";

    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);

    public string Seal(string purpose, params string[] parts) => Protector(purpose).Protect(JsonSerializer.Serialize(parts), s_life);

    /// <returns>Null when there is none, it is too old, is for another purpose, or was sealed by nobody here.</returns>
    public string[]? Open(string purpose, string? note)
    {
        if (note is null) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(Protector(purpose).Unprotect(note));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Protector(string purpose) => protection.CreateProtector("MaaS.Web.Session", purpose).ToTimeLimitedDataProtector();
}
