// What the type of a column is called.
using MaaS.Contracts.Datasets;

namespace MaaS.Web.Datasets;

internal static class ColumnTypeName
{
    public static string Of(ColumnType type) => type switch
    {
        ColumnType.Number => T["number"],
        ColumnType.Integer => T["integer"],
        ColumnType.Boolean => T["boolean"],
        ColumnType.Date => T["date"],
        ColumnType.Category => T["category"],
        ColumnType.Text => T["text"],
        ColumnType.Image => T["image"],
        ColumnType.Items => T["items"],
        _ => $"{type}",
    };
}
