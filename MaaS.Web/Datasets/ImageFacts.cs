// What images of a dataset are like, in words.
using MaaS.Contracts.Datasets;

namespace MaaS.Web.Datasets;

internal static class ImageFacts
{
    public static string Size(ImageSummary images) =>
        T["{0} × {1} pixels", Range(images.MinWidth, images.MaxWidth), Range(images.MinHeight, images.MaxHeight)];

    public static string Colours(ImageSummary images) => images.Channels == 1 ? T["grey"] : T["in colour"];

    /// <summary>The column that says which class an image belongs to.</summary>
    public static ColumnProfile? Classes(DatasetProfile profile) => profile.Columns.FirstOrDefault(column => column.Type == ColumnType.Category);

    private static string Range(int min, int max) => min == max ? $"{min}" : T["{0} to {1}", min, max];
}
