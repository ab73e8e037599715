// Whether a code is an authenticator app's or a recovery code, and that it was not used before. Two who send the same code at the same
// moment are told apart by one statement: only one of them changes a row.
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using Microsoft.EntityFrameworkCore;
using System.Security.Cryptography;

namespace MaaS.Api.Teams;

internal sealed class Authenticators(Vault vault)
{
    private const int CountOfRecoveryCodes = 10;
    private const int Digits = 6;

    /// <summary>80 random bits, too many to guess from a hash.</summary>
    private const int RecoveryBytes = 10;

    public async Task<(byte[] Secret, byte[] Stored)> NewSecret()
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        return (secret, await vault.Protect(Vault.Authenticators, secret));
    }

    /// <summary>Uses the code up.</summary>
    /// <returns>False when it is none of the person's, or was used already.</returns>
    public async Task<bool> Accept(CatalogContext context, User user, string code, DateTimeOffset now, CancellationToken token)
    {
        var given = Plain(code);
        if (given.Length != Digits)
        {
            var hash = Secrets.Hash(given);
            return user.AuthenticatorSince is not null
                && await context.RecoveryCodes.Where(row => row.UserId == user.Id && row.Hash == hash).ExecuteDeleteAsync(token) == 1;
        }
        return await Match(user, given, now) is { } step
            && await context.Users.Where(row => row.Id == user.Id && row.AuthenticatorStep < step)
                .ExecuteUpdateAsync(row => row.SetProperty(u => u.AuthenticatorStep, step), token) == 1;
    }

    /// <summary>Replaces all that are left; saving is the caller's.</summary>
    /// <returns>As they are shown: <c>abcd-efgh-ijkl-mnop</c>.</returns>
    public static async Task<IReadOnlyList<string>> NewRecoveryCodes(CatalogContext context, Guid user, CancellationToken token)
    {
        await context.RecoveryCodes.Where(row => row.UserId == user).ExecuteDeleteAsync(token);
        var codes = Enumerable.Range(0, CountOfRecoveryCodes).Select(_ => Totp.Base32(RandomNumberGenerator.GetBytes(RecoveryBytes)).ToLowerInvariant()).ToList();
        context.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { UserId = user, Hash = Secrets.Hash(code) }));
        return codes.ConvertAll(code => string.Join('-', code.Chunk(4).Select(part => new string(part))));
    }

    /// <summary>Off, with nothing left of it.</summary>
    public static async Task Remove(CatalogContext context, Guid user, CancellationToken token)
    {
        await context.RecoveryCodes.Where(row => row.UserId == user).ExecuteDeleteAsync(token);
        await context.Users.Where(row => row.Id == user).ExecuteUpdateAsync(row => row
            .SetProperty(u => u.AuthenticatorSecret, (byte[]?)null).SetProperty(u => u.AuthenticatorSince, (DateTimeOffset?)null), token);
    }

    private async Task<long?> Match(User user, string code, DateTimeOffset now)
    {
        try
        {
            return Totp.Match(await vault.Unprotect(Vault.Authenticators, user.AuthenticatorSecret!), code, now);
        }
        catch (CryptographicException)
        {
            // The key is gone. Recovery codes still work, and an admin can turn the authenticator off.
            return null;
        }
    }

    // People type spaces and dashes as they see them.
    private static string Plain(string code) => new([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
}
