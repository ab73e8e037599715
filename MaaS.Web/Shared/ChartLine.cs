// A line of a chart as numbers, and how charts that belong together are looked at. Knows nothing of runs or of Plotly.
namespace MaaS.Web.Shared;

/// <param name="Place">Decides colour and dash: the same run has the same in every chart.</param>
/// <param name="Raw">What a smoothed line was before; drawn faintly behind it.</param>
/// <param name="Low">With <paramref name="High"/> the band around the line.</param>
public sealed record ChartLine(
    string Name,
    int Place,
    IReadOnlyList<double> X,
    IReadOnlyList<double> Y,
    IReadOnlyList<double>? Raw = null,
    IReadOnlyList<double>? Low = null,
    IReadOnlyList<double>? High = null);

/// <param name="X"><see cref="Step"/>, <see cref="Time"/>, or the key of the metric that the others are drawn against.</param>
/// <param name="Smoothing">0 draws what was measured; up to <see cref="MostSmoothing"/>.</param>
public sealed record ChartView(string X = ChartView.Step, double Smoothing = 0, bool LogX = false, bool LogY = false)
{
    public const string Step = "step";
    public const string Time = "time";
    public const double MostSmoothing = 0.99;

    public string XTitle => X switch { Step => T["step"], Time => T["seconds since the start"], var key => MetricName.Full(key) };
}

/// <summary>Charts whose hover and horizontal zoom go together. A new one begins unzoomed.</summary>
public sealed class ChartGroup
{
    public string Id { get; } = $"g{Guid.NewGuid():n}"[..9];

    /// <summary>In the axis' own terms: exponents where it is logarithmic. Null shows everything.</summary>
    public (double Low, double High)? Zoom { get; set; }
}
