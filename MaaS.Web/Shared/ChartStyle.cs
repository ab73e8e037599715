// How a chart looks: quiet axes in the page's own colours, one hover line for all curves, colours and dashes by place.
using MaaS.Web.Layout;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using XTypeEnum = Plotly.Blazor.LayoutLib.XAxisLib.TypeEnum;
using YTypeEnum = Plotly.Blazor.LayoutLib.YAxisLib.TypeEnum;

namespace MaaS.Web.Shared;

internal static class ChartStyle
{
    // More names than this in one hover box or legend hide the chart they explain.
    private const int MostNamed = 10;

    // Beyond the colours there are, the same ones in another dash.
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

    /// <param name="named">Whether the lines are named beside the chart already.</param>
    /// <param name="zoom">What of x is seen; null for all.</param>
    public static Plotly.Blazor.Layout Layout(bool dark, string xTitle, bool logX, bool logY, int lines, bool named, int height, (double Low, double High)? zoom)
    {
        var (muted, line) = Theme.ChartTones(dark);
        return new()
        {
            PaperBgColor = "rgba(0,0,0,0)",
            PlotBgColor = "rgba(0,0,0,0)",
            Font = new() { Color = muted, Size = 12, Family = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif" },
            Margin = new() { L = 52, R = 10, T = 12, B = 40 },
            Height = height,
            HoverMode = lines > MostNamed ? HoverModeEnum.Closest : HoverModeEnum.XUnified,
            ShowLegend = !named && lines is > 1 and <= MostNamed,
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
            // Zoom and hidden curves survive new points, but not another axis.
            UiRevision = $"{xTitle} {logX} {logY}",
            XAxis =
            [
                new()
                {
                    Title = new() { Text = xTitle },
                    Type = logX ? XTypeEnum.Log : XTypeEnum.Linear,
                    Range = zoom is (var low, var high) ? [low, high] : null,
                    GridColor = line,
                    ZeroLine = false,
                    LineColor = line,
                    AutoMargin = Plotly.Blazor.LayoutLib.XAxisLib.AutoMarginFlag.True,
                },
            ],
            YAxis = [new() { Type = logY ? YTypeEnum.Log : YTypeEnum.Linear, GridColor = line, ZeroLine = false, LineColor = line, AutoMargin = Plotly.Blazor.LayoutLib.YAxisLib.AutoMarginFlag.True }],
        };
    }

    public static string Colour(int place) => Theme.Series[place % Theme.Series.Count];

    /// <summary>As Plotly names it.</summary>
    public static string Dash(int place) => Dashes[place / Theme.Series.Count % Dashes.Length];

    /// <summary>The traces of a line: its band, what it was before smoothing, itself. Always as many for lines of the same kind.</summary>
    public static IEnumerable<Stroke> Strokes(ChartLine line)
    {
        if (line is { Low: { } low, High: { } high })
        {
            yield return new(line, StrokeKind.Low, low);
            yield return new(line, StrokeKind.High, high);
        }
        if (line.Raw is { } raw) yield return new(line, StrokeKind.Raw, raw);
        yield return new(line, StrokeKind.Line, line.Y);
    }

    public static ITrace Trace(Stroke stroke)
    {
        var colour = Colour(stroke.Line.Place);
        var trace = new Scatter
        {
            Name = stroke.Line.Name,
            Mode = ModeFlag.Lines,
            X = [.. stroke.Line.X.Select(x => (object)x)],
            Y = [.. stroke.Y.Select(Drawable)],
            Line = new() { Color = colour, Width = 2, Dash = Dash(stroke.Line.Place) },
        };
        if (stroke.Kind == StrokeKind.Line) return trace;
        (trace.HoverInfo, trace.ShowLegend, trace.Opacity) = (HoverInfoFlag.Skip, false, 0.28m);
        trace.Line.Width = stroke.Kind == StrokeKind.Raw ? 1 : 0;
        if (stroke.Kind == StrokeKind.High) (trace.Fill, trace.FillColor) = (FillEnum.ToNextY, $"{colour}33");
        return trace;
    }

    /// <summary>A loss that is no number is a gap in the line; the heading says so in words.</summary>
    public static object Drawable(double value) => double.IsFinite(value) ? value : null!;
}

internal enum StrokeKind { Low, High, Raw, Line }

internal sealed record Stroke(ChartLine Line, StrokeKind Kind, IReadOnlyList<double> Y);
