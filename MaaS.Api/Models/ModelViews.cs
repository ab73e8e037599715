// Rows of models and versions as their contract views.
using MaaS.Catalog.Models;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Models;

internal static class ModelViews
{
    public static IQueryable<ModelVersion> ForViews(this IQueryable<ModelVersion> versions) =>
        versions.AsNoTracking().Include(version => version.Model).Include(version => version.Aliases)
            .Include(version => version.LoadMarks.Where(mark => mark.CrashedAt != null))
            .Include(version => version.Approvals.OrderByDescending(request => request.Id).Take(1));

    /// <summary>Models with their newest version and every alias.</summary>
    public static IQueryable<Model> ForViews(this IQueryable<Model> models) => models.AsNoTracking()
        .Include(model => model.Versions.OrderByDescending(version => version.Number).Take(1)).ThenInclude(version => version.Aliases)
        .Include(model => model.Versions.OrderByDescending(version => version.Number).Take(1)).ThenInclude(version => version.LoadMarks.Where(mark => mark.CrashedAt != null))
        .Include(model => model.Versions.OrderByDescending(version => version.Number).Take(1)).ThenInclude(version => version.Approvals.OrderByDescending(request => request.Id).Take(1))
        .Include(model => model.Aliases).ThenInclude(alias => alias.Version);

    public static ModelView Of(Model row) => new(
        row.Id, row.Name, row.Description, row.Versions.Count == 0 ? null : Of(row.Versions.MaxBy(version => version.Number)!, row.Name),
        row.Aliases.OrderBy(alias => alias.Name, StringComparer.Ordinal).ToDictionary(alias => alias.Name, alias => alias.Version.Number), row.CreatedAt);

    public static ModelVersionView Of(ModelVersion row) => Of(row, row.Model.Name);

    private static ModelVersionView Of(ModelVersion row, string model) => new(
        row.Id, model, row.Number, row.Manifest, row.Bytes, row.RunId,
        row.Aliases.Select(alias => alias.Name).Order(StringComparer.Ordinal).ToList(), row.CreatedBy, row.CreatedAt, row.LoadMarks.Max(mark => mark.CrashedAt),
        row.Approvals.SingleOrDefault()?.State);
}
