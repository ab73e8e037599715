// Waiting out a PostgreSQL that is away for a moment: restarting, failing over, not up yet. Every other error passes through.
using Npgsql;

namespace MaaS.Catalog;

public static class Outage
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <summary>Whether the error, or one inside it, says that the server is away rather than that the request was wrong.</summary>
    public static bool Is(Exception? error) => error switch
    {
        null => false,
        // 57P01 to 57P03: shut down, crashed, starting. 3D000: the database is about to be made.
        PostgresException { SqlState: ['5', '7', 'P', ..] or PostgresErrorCodes.InvalidCatalogName } => true,
        NpgsqlException { IsTransient: true } => true,
        _ => Is(error.InnerException),
    };

    /// <summary>Does the work, again and again while the server is away. The work must bear being done twice: an answer may be lost after a commit.</summary>
    public static async Task<T> Outlast<T>(Func<Task<T>> work, CancellationToken token)
    {
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                return await work();
            }
            catch (Exception error) when (Is(error))
            {
                await Task.Delay(pause, token);
            }
        }
    }
}
