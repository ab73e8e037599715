// Rows of datasets as their contract views.
using System.Linq.Expressions;
using MaaS.Catalog.Datasets;
using MaaS.Contracts.Datasets;

namespace MaaS.Api.Datasets;

internal static class DatasetViews
{
    /// <summary>A dataset with its newest version; a profile can be megabytes, so lists leave it in the database.</summary>
    public static readonly Expression<Func<Dataset, DatasetView>> Whole = row => new DatasetView(
        row.Id, row.Name, row.Description, row.CreatedAt,
        row.Versions.OrderByDescending(version => version.Number).Select(version => new DatasetVersionView(
            version.Id, version.DatasetId, row.Name, version.Number, version.State, version.FileName, version.Bytes, version.Sha256,
            version.Reading, version.RowCount, version.ColumnCount, version.ProfileJobId, version.Error, version.CreatedAt)).FirstOrDefault());

    public static readonly Expression<Func<DatasetVersion, DatasetVersionView>> Version = version => new DatasetVersionView(
        version.Id, version.DatasetId, version.Dataset.Name, version.Number, version.State, version.FileName, version.Bytes, version.Sha256,
        version.Reading, version.RowCount, version.ColumnCount, version.ProfileJobId, version.Error, version.CreatedAt);
}
