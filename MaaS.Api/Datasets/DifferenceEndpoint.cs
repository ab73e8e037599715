// GET .../versions/{number}/differences: a version beside an earlier one. Reads the stored profiles only, never a file.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal static class DifferenceEndpoint
{
    /// <param name="from">The version to compare with; null is the one before.</param>
    public static async Task<Results<Ok<DatasetDifferences>, NotFoundProblem, ConflictProblem, InvalidProblem>> Get(
        Guid dataset, int number, Caller caller, CatalogContext context, CancellationToken token, int? from = null)
    {
        var versions = context.DatasetVersions.AsNoTracking().Where(row => row.DatasetId == dataset && row.TeamId == caller.TeamId);
        if (await versions.SingleOrDefaultAsync(row => row.Number == number, token) is not { } after)
            return DatasetVersionEndpoints.Missing(dataset, number);
        if (from == number)
            return new InvalidProblem("same_version", $"from is {from}, which is the version itself; give another one of the dataset.");
        var before = await (from is null
            ? versions.Where(row => row.Number < number).OrderByDescending(row => row.Number).FirstOrDefaultAsync(token)
            : versions.SingleOrDefaultAsync(row => row.Number == from, token));
        if (before is null)
            return from is { } missing
                ? DatasetVersionEndpoints.Missing(dataset, missing)
                : new ConflictProblem("no_version_before", $"Version {number} is the first; give the version to compare with as from.");
        if ((DatasetVersionEndpoints.NotReady(before) ?? DatasetVersionEndpoints.NotReady(after)) is { } unread)
            return unread;
        var views = await versions.Where(row => row.Id == before.Id || row.Id == after.Id).Select(DatasetViews.Version).ToDictionaryAsync(view => view.Id, token);
        return TypedResults.Ok(new DatasetDifferences(
            Side(views[before.Id], before.Profile!), Side(views[after.Id], after.Profile!), before.Sha256 == after.Sha256, ColumnDifferences.Of(before.Profile!, after.Profile!)));
    }

    private static ComparedVersion Side(DatasetVersionView view, DatasetProfile profile)
    {
        var cells = profile.RowCount * profile.Columns.Count;
        return new(view, profile.RowCount, cells == 0 ? 0 : (double)profile.Columns.Sum(column => column.Missing) / cells, profile.Images, profile.Text);
    }
}
