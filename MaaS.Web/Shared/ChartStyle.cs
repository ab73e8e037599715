// How a chart looks: quiet axes in the page's own colours, one hover line for all curves.
using MaaS.Web.Layout;
using Plotly.Blazor.LayoutLib;

namespace MaaS.Web.Shared;

internal static class ChartStyle
{
    public static Plotly.Blazor.Layout Layout(bool dark, string xTitle, bool legend)
    {
        var (muted, line) = Theme.ChartTones(dark);
        return new()
        {
            PaperBgColor = "rgba(0,0,0,0)",
            PlotBgColor = "rgba(0,0,0,0)",
            Font = new() { Color = muted, Size = 12, Family = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif" },
            Margin = new() { L = 52, R = 10, T = 12, B = 40 },
            Height = 240,
            HoverMode = HoverModeEnum.XUnified,
            ShowLegend = legend,
            Legend =
            [
                new()
                {
                Orientation = Plotly.Blazor.LayoutLib.LegendLib.OrientationEnum.H,
                X = 0,
                Y = 1.02m,
                YAnchor = Plotly.Blazor.LayoutLib.LegendLib.YAnchorEnum.Bottom,
                BgColor = "rgba(0,0,0,0)",
                },
            ],
            // Zoom and hidden curves survive new points.
            UiRevision = "kept",
            XAxis = [new() { Title = new() { Text = xTitle }, GridColor = line, ZeroLine = false, LineColor = line, AutoMargin = Plotly.Blazor.LayoutLib.XAxisLib.AutoMarginFlag.True }],
            YAxis = [new() { GridColor = line, ZeroLine = false, LineColor = line, AutoMargin = Plotly.Blazor.LayoutLib.YAxisLib.AutoMarginFlag.True }],
        };
    }
}
