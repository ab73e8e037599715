// Watches one column go by, cell after cell, and says at the end what it is. Knows nothing of the other columns.
using System.Runtime.CompilerServices;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

/// <param name="file">For the decimal convention, and for the place named in messages.</param>
/// <param name="given">The user's word on the type; null infers it from all rows.</param>
internal sealed class ColumnProfiler(string name, TableFile file, ColumnType? given, int distinctLimit, int sampleSize)
{
    private const int TopValues = 20;
    private const int LongestCategory = 100;
    private const int AlwaysACategory = 20; // so few different texts are categories even in a tiny table

    private readonly DistinctValues _distinct = new(distinctLimit);
    private readonly NumberSketch _numbers = new(sampleSize);
    private readonly bool _decimalComma = file.DecimalComma;
    private CellKinds _shared = CellKinds.All;
    private long _present;
    private long _missing;
    private int _longest;
    private bool _sawTrue;
    private bool _sawFalse;
    private long _numberCells;
    private string? _firstOther;

    public void AddMissing() => _missing++;

    /// <exception cref="UserError">The cell is not of the type the user gave.</exception>
    public void Add(ReadOnlySpan<char> cell)
    {
        CellKinds kinds;
        double value;
        ref var entry = ref _distinct.Add(cell);
        if (!Unsafe.IsNullRef(ref entry) && entry.Count > 1)
            (kinds, value) = (entry.Kinds, entry.Value);
        else
        {
            (kinds, value) = Cell.Classify(cell, _decimalComma, given is null ? _shared : CellKinds.All);
            if (given is not null && !Fits(kinds))
                throw TableReader.DoesNotFit(file.Place, name, cell, given.Value);
            if (!Unsafe.IsNullRef(ref entry))
                (entry.Kinds, entry.Value) = (kinds, value);
            if (cell.Length > _longest)
                _longest = cell.Length;
            if ((kinds & CellKinds.AnyNumber) == 0)
                _firstOther ??= $"\"{(cell.Length > 60 ? $"{cell[..60]}..." : cell)}\" on {file.Place.ToLowerInvariant()}";
        }
        _present++;
        _shared &= kinds;
        if ((kinds & CellKinds.AnyBoolean) != 0)
        {
            _sawTrue |= value == 1;
            _sawFalse |= value == 0;
        }
        if ((kinds & CellKinds.AnyNumber) != 0)
            _numberCells++;
        if ((kinds & (CellKinds.AnyNumber | CellKinds.Date)) != 0)
            _numbers.Add(value);
    }

    public (ColumnProfile Profile, IEnumerable<string> Warnings) Finish()
    {
        var type = given ?? Inferred();
        var numbers = type is ColumnType.Number or ColumnType.Integer or ColumnType.Date ? _numbers.Summary() : null;
        var profile = new ColumnProfile(
            name, type, _missing, _distinct.Count, _distinct.IsEstimate, numbers, _distinct.Top(TopValues));
        return (profile, Warnings(profile));
    }

    private bool Fits(CellKinds kinds) => given switch
    {
        ColumnType.Number => (kinds & CellKinds.AnyNumber) != 0,
        ColumnType.Integer => (kinds & (CellKinds.Integer | CellKinds.ZeroPadded)) != 0,
        ColumnType.Boolean => (kinds & CellKinds.AnyBoolean) != 0,
        ColumnType.Date => (kinds & CellKinds.Date) != 0,
        _ => true,
    };

    private ColumnType Inferred()
    {
        if (_present == 0)
            return ColumnType.Text;
        if ((_shared & CellKinds.AnyBoolean) != 0 && _sawTrue && _sawFalse)
            return ColumnType.Boolean;
        if ((_shared & CellKinds.Integer) != 0)
            return ColumnType.Integer;
        if ((_shared & CellKinds.Number) != 0)
            return ColumnType.Number;
        if ((_shared & CellKinds.Date) != 0)
            return ColumnType.Date;
        // Texts are categories when they come again: mostly different or long ones are prose, names or identifiers.
        var few = !_distinct.IsEstimate && (_distinct.Count <= AlwaysACategory || _distinct.Count * 2 <= _present);
        return few && _longest <= LongestCategory ? ColumnType.Category : ColumnType.Text;
    }

    private IEnumerable<string> Warnings(ColumnProfile profile)
    {
        var type = profile.Type.ToString().ToLowerInvariant();
        if (_present == 0)
            yield return $"Column {name} is empty.";
        else if (profile.Distinct == 1 && _missing == 0)
            yield return $"Column {name} has the same value in every row: a model learns nothing from it.";
        else if (profile is { Type: ColumnType.Integer } && _present >= 100 && profile.Distinct >= 0.98 * _present)
            yield return $"Column {name} is different in (nearly) every row: if it is an identifier, leave it out of the features.";
        if (given is null && (_shared & CellKinds.UnclearDate) != 0 && _present > 0)
            yield return $"Column {name} looks like dates whose day and month cannot be told apart; write them as 2024-03-01. It is read as {type}.";
        if (given is null && profile.Type is ColumnType.Category or ColumnType.Text && _firstOther is not null &&
            _numberCells < _present && _numberCells > 0.9 * _present)
            yield return $"Column {name} is read as {type} because {_present - _numberCells:N0} of its {_present:N0} values are not numbers, " +
                $"first {_firstOther}. Name such texts among the missing values, or mend the file.";
    }
}
