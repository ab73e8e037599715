// Calendar dates as models count them: days since 1970-01-01.
using System.Globalization;

namespace MaaS.Web.Shared;

internal static class Dates
{
    public static string FromDays(double days) =>
        DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(days)).ToString("O", CultureInfo.InvariantCulture);
}
