// Between the two steps of a sign-in with a code: what was typed in the first goes through the browser sealed, for a few minutes. The
// portal keeps nothing meanwhile, so any replica can take the second step, and it works without scripts.
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace MaaS.Web.Session;

internal sealed class CodeStep(IDataProtectionProvider protection)
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("MaaS.Web.Session.CodeStep").ToTimeLimitedDataProtector();

    public string Seal(string email, string password) => _protector.Protect($"{email}\n{password}", s_life);

    /// <returns>False when it is too old, or was sealed by nobody here.</returns>
    public bool TryOpen(string text, out string email, out string password)
    {
        (email, password) = ("", "");
        try
        {
            // An e-mail address holds no line break.
            if (_protector.Unprotect(text).Split('\n', 2) is not [var first, var second]) return false;
            (email, password) = (first, second);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
