// The sizes a request may have; uploads alone are bounded by their team's quota instead.
namespace MaaS.Api;

internal static class Limits
{
    public const int JsonBytes = 4 * 1024 * 1024;

    /// <summary>Items of one page.</summary>
    public const int PageItems = 200;

    /// <summary>Lines of one page of a log.</summary>
    public const int PageLines = 1000;
}
