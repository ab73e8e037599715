// The palette, once: MudBlazor's theme and the CSS variables of our own parts are both made from it.
// Ink on paper with one deep teal; every text colour has 4.5:1 or more against paper and sheet (WCAG AA).
using MudBlazor;

namespace MaaS.Web.Layout;

internal static class Theme
{
    private sealed record Tones(
        string Paper, string Sheet, string Sunken, string Ink, string Muted, string Line,
        string Accent, string OnAccent, string AccentSoft, string Good, string Warn, string Bad, string Info);

    private static readonly Tones Light = new(
        "#f6f6f2", "#ffffff", "#efefe9", "#1c2228", "#566069", "#dfdfd7",
        "#0d5f63", "#ffffff", "#e0eeec", "#1a6b3a", "#855000", "#b3261e", "#1d5c96");

    private static readonly Tones Dark = new(
        "#121619", "#1a1f23", "#0e1114", "#e7eaec", "#a0a9b2", "#30373d",
        "#6cc5bf", "#06211f", "#163634", "#74c491", "#e2b162", "#f2938b", "#86b9e8");

    // Told apart also by colour-blind eyes (after Okabe and Ito), readable on both papers.
    public static IReadOnlyList<string> Series { get; } =
        ["#0f8a83", "#d2691e", "#5b7fd4", "#b5527f", "#8a8f26", "#3f9bd1", "#9a6bc4", "#c89211", "#7d8790", "#c4473a"];

    public static string Css { get; } = $":root{{{Variables(Light)}color-scheme:light}}[data-theme=dark]{{{Variables(Dark)}color-scheme:dark}}";

    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = Fill(new PaletteLight(), Light),
        PaletteDark = Fill(new PaletteDark(), Dark),
        LayoutProperties = new() { DefaultBorderRadius = "8px", AppbarHeight = "56px", DrawerWidthLeft = "224px" },
        Typography = new()
        {
            Default = new DefaultTypography { FontFamily = Font, FontSize = "0.9375rem", LineHeight = "1.5", LetterSpacing = "0" },
            Button = new ButtonTypography { FontFamily = Font, FontSize = "0.9rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "0" },
        },
    };

    /// <summary>For what cannot use the variables: the colours of axis texts and of grid lines.</summary>
    public static (string Text, string Grid) ChartTones(bool dark) => dark ? (Dark.Muted, Dark.Line) : (Light.Muted, Light.Line);

    /// <summary>What a picture that leaves the page lies on.</summary>
    public static string Ground(bool dark) => dark ? Dark.Sheet : Light.Sheet;

    private static string[] Font => ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "sans-serif"];

    private static string Variables(Tones t) =>
        $"--paper:{t.Paper};--sheet:{t.Sheet};--sunken:{t.Sunken};--ink:{t.Ink};--muted:{t.Muted};--line:{t.Line};--accent:{t.Accent};" +
        $"--on-accent:{t.OnAccent};--accent-soft:{t.AccentSoft};--good:{t.Good};--warn:{t.Warn};--bad:{t.Bad};--info:{t.Info};";

    private static TPalette Fill<TPalette>(TPalette palette, Tones t) where TPalette : Palette
    {
        palette.Background = t.Paper;
        palette.BackgroundGray = t.Sunken;
        palette.Surface = palette.DrawerBackground = palette.AppbarBackground = t.Sheet;
        palette.TextPrimary = palette.DrawerText = palette.AppbarText = palette.DrawerIcon = t.Ink;
        palette.TextSecondary = palette.ActionDefault = t.Muted;
        palette.Divider = palette.LinesDefault = palette.TableLines = palette.LinesInputs = t.Line;
        palette.Primary = t.Accent;
        palette.PrimaryContrastText = t.OnAccent;
        palette.Success = t.Good;
        palette.Warning = t.Warn;
        palette.Error = t.Bad;
        palette.Info = t.Info;
        palette.SuccessContrastText = palette.WarningContrastText = palette.ErrorContrastText = palette.InfoContrastText = t.Sheet;
        return palette;
    }
}
