// From where somebody signs in, so that a person recognizes their sessions. Nothing is decided by it: programs say what they like.
namespace MaaS.Api.Teams;

/// <param name="Device">Like <c>Firefox on Linux</c>.</param>
/// <param name="Address">The portal's callers come through it; a trusted proxy says on whose behalf.</param>
internal sealed record Visitor(string Device, string? Address)
{
    private const int Longest = 100;

    // In this order: each later one is named by the earlier ones too.
    private static readonly (string Mark, string Name)[] s_browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] s_systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    public static ValueTask<Visitor?> BindAsync(HttpContext context) => new(new Visitor(
        Words(context.Request.Headers.UserAgent.ToString()),
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4().ToString() : context.Connection.RemoteIpAddress?.ToString()));

    private static string Words(string agent)
    {
        var browser = s_browsers.FirstOrDefault(one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name;
        var system = s_systems.FirstOrDefault(one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name;
        return (browser, system) switch
        {
            (not null, not null) => $"{browser} on {system}",
            (not null, null) => browser,
            // A program's own name: curl/8.5.0.
            _ when agent.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } first => Printable(first[..Math.Min(first.Length, Longest)]),
            _ => "unknown",
        };
    }

    private static string Printable(string text) => new([.. text.Select(letter => char.IsAscii(letter) && !char.IsControl(letter) ? letter : '?')]);
}
