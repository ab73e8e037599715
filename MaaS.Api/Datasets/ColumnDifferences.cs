// What became of the columns from one version of a dataset to another. Knows profiles; how far values moved, ProfileStability says.
using MaaS.Contracts.Datasets;

namespace MaaS.Api.Datasets;

internal static class ColumnDifferences
{
    public static IReadOnlyList<ColumnDifference> Of(DatasetProfile before, DatasetProfile after)
    {
        var earlier = before.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var kept = after.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. after.Columns.Select(column => earlier.TryGetValue(column.Name, out var was) ? Both(was, before.RowCount, column, after.RowCount) : new ColumnDifference(column.Name, ColumnChange.Added, null, column)),
            .. before.Columns.Where(column => !kept.Contains(column.Name)).Select(column => new ColumnDifference(column.Name, ColumnChange.Removed, column, null)),
        ];
    }

    private static ColumnDifference Both(ColumnProfile was, long rowsBefore, ColumnProfile now, long rowsAfter)
    {
        var (psi, verdict) = ProfileStability.Of(was, rowsBefore, now, rowsAfter);
        return new(now.Name, was.Type == now.Type ? ColumnChange.Kept : ColumnChange.Retyped, was, now, psi, verdict, Values(was, now));
    }

    private static ValueDifference? Values(ColumnProfile was, ColumnProfile now)
    {
        if (was.Type is not (ColumnType.Category or ColumnType.Boolean) || now.Type is not (ColumnType.Category or ColumnType.Boolean))
            return null;
        return new(
            ProfileStability.IsWhole(was) ? New(now, was) : [], ProfileStability.IsWhole(now) ? New(was, now) : [], ProfileStability.IsWhole(was) && ProfileStability.IsWhole(now));

        static IReadOnlyList<string> New(ColumnProfile among, ColumnProfile beside) =>
            [.. among.Top.Select(value => value.Value).Except(beside.Top.Select(value => value.Value), StringComparer.Ordinal)];
    }
}
