// Slow salted hashes (ASP.NET Core Identity's: PBKDF2 with HMAC-SHA512), and the lock after too many wrong guesses.
using MaaS.Catalog;
using MaaS.Catalog.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

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
        return user is not null && !IsLocked(user, now) && verdict != PasswordVerificationResult.Failed;
    }

    public static bool IsLocked(User user, DateTimeOffset now) => user.LockedUntil > now;

    /// <summary>
    /// A wrong guess of the password or of a code. In one statement, so that parallel guesses are all counted. For an address of nobody
    /// something is written to the database's log too: a commit with nothing to write would be done sooner, which can be measured.
    /// </summary>
    public static Task CountFailure(CatalogContext context, string email, DateTimeOffset now, CancellationToken token) =>
        context.Database.ExecuteSqlAsync(
            $"""
            with counted as (
                update users set locked_until = case when failed_sign_ins + 1 >= {MaxFailures} then {now + Lock} else locked_until end,
                    failed_sign_ins = case when failed_sign_ins + 1 >= {MaxFailures} then 0 else failed_sign_ins + 1 end
                where email = {email} returning id)
            select pg_logical_emit_message(true, 'maas', '') where not exists (select 1 from counted)
            """, token);

    public static Task ForgetFailures(CatalogContext context, Guid user, CancellationToken token) =>
        context.Users.Where(row => row.Id == user && (row.FailedSignIns > 0 || row.LockedUntil != null)).ExecuteUpdateAsync(row => row
            .SetProperty(u => u.FailedSignIns, 0).SetProperty(u => u.LockedUntil, (DateTimeOffset?)null), token);
}
