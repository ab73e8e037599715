// What only the browser knows: the person's time zone and theme. Asked once per circuit, before anything is drawn.
using Microsoft.JSInterop;

namespace MaaS.Web.Layout;

internal sealed class Browser(IJSRuntime js) : IDisposable
{
    private DotNetObjectReference<Browser>? _self;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    /// <summary>The person's time zone, as <c>Europe/Berlin</c>.</summary>
    public string Zone => _zone.Id;

    /// <summary><c>light</c>, <c>dark</c> or <c>system</c>: what the person chose.</summary>
    public string Theme { get; private set; } = "system";

    public bool IsDark { get; private set; }

    /// <summary>Raised when the theme changed, so that what draws with colours of its own can draw again.</summary>
    public event Action? Changed;

    public async Task Ask()
    {
        var facts = await js.InvokeAsync<Facts?>("maas.facts", _self ??= DotNetObjectReference.Create(this));
        if (facts is null) return;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(facts.Zone, out var zone)) _zone = zone;
        (Theme, IsDark) = (facts.Theme, facts.Dark);
    }

    public async Task Choose(string theme)
    {
        Theme = theme;
        IsDark = await js.InvokeAsync<bool>("maas.chooseTheme", theme);
        Changed?.Invoke();
    }

    /// <summary>Called by the browser when the system's theme changes and the person follows it.</summary>
    [JSInvokable]
    public void Follow(bool dark)
    {
        IsDark = dark;
        Changed?.Invoke();
    }

    public void Dispose() => _self?.Dispose();

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, _zone);

    /// <summary>The instant that the person's clock showed as this; of an hour that a clock skipped, the one after it.</summary>
    public DateTimeOffset Instant(DateTime local)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new(TimeZoneInfo.ConvertTimeToUtc(_zone.IsInvalidTime(local) ? local.AddHours(1) : local, _zone));
    }

    internal sealed record Facts(string Zone, string Theme, bool Dark);
}
