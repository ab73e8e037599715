// An axis for what settings and metrics are: numbers, on a logarithmic scale where they span far, or words side by side.
// Places go from 0 to 1; how they are drawn is the chart's.
using System.Globalization;
using MaaS.Web.Shared;

namespace MaaS.Web.Experiments;

internal sealed class ValueAxis
{
    private const double FarApart = 50;
    private const int MostWords = 12;

    private readonly List<string> _words = [];
    private readonly (double Least, double Most) _range;
    private readonly bool _numbers;
    private readonly bool _log;

    public ValueAxis(IEnumerable<string?> values)
    {
        var known = values.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var numbers = known.ConvertAll(Number);
        _numbers = numbers.Count > 0 && numbers.TrueForAll(number => number is not null);
        if (!_numbers)
        {
            _words = [.. known.Order(StringComparer.Ordinal)];
            return;
        }
        // A loss that is no number has no place; it must not take the others' away.
        var places = numbers.Select(number => number!.Value).Where(double.IsFinite).ToList();
        _log = places.Count > 0 && places.Min() > 0 && places.Max() / places.Min() >= FarApart;
        _range = places.Count == 0 ? (0, 1) : (Scaled(places.Min()), Scaled(places.Max()));
    }

    public bool IsLogarithmic => _log;

    /// <summary>Null for what has no place on it.</summary>
    public double? At(string? value)
    {
        if (value is null) return null;
        if (!_numbers) return _words.IndexOf(value) is var place and >= 0 ? Share(place, 0, _words.Count - 1) : null;
        return Number(value) is { } number && double.IsFinite(number) && (!_log || number > 0) ? Share(Scaled(number), _range.Least, _range.Most) : null;
    }

    public IEnumerable<(double Place, string Text)> Ticks()
    {
        if (!_numbers)
            return _words.Take(MostWords).Select((word, place) => (Share(place, 0, _words.Count - 1), word));
        if (_range.Least == _range.Most)
            return [(0.5, Figure.Number(Unscaled(_range.Least)))];
        return new[] { 0, 0.5, 1 }.Select(share => ((double)share, Figure.Number(Unscaled(_range.Least + share * (_range.Most - _range.Least)))));
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double Share(double value, double least, double most) => most > least ? (value - least) / (most - least) : 0.5;

    private double Scaled(double value) => _log ? Math.Log10(value) : value;

    private double Unscaled(double value) => _log ? Math.Pow(10, value) : value;
}
