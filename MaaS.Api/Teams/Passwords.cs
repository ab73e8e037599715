// Slow salted hashes (ASP.NET Core Identity's: PBKDF2 with HMAC-SHA512), and the lock after too many wrong guesses.
using MaaS.Catalog.Teams;
using Microsoft.AspNetCore.Identity;

namespace MaaS.Api.Teams;

internal sealed class Passwords
{
    public const int MaxFailures = 10;
    public static readonly TimeSpan Lock = TimeSpan.FromMinutes(15);

    private readonly PasswordHasher<User> _hasher = new();
    private readonly string _nobodys;

    public Passwords() => _nobodys = Hash(Secrets.New(""));

    // The hasher never looks at the user it is given.
    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Takes the same time whether or not there is such a user and whether or not the account is locked.</summary>
    public bool Verify(User? user, string password, DateTimeOffset now)
    {
        var verdict = _hasher.VerifyHashedPassword(null!, user?.PasswordHash ?? _nobodys, password);
        return user is not null && (user.LockedUntil is not { } until || until <= now) && verdict != PasswordVerificationResult.Failed;
    }
}
