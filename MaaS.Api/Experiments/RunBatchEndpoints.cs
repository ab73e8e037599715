// What is done to several runs at once, all or none: move, tag, archive, delete, and restore what was deleted. Deleting only marks a run;
// Retention really deletes it, a month later.
using System.Text.Json;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Experiments;

internal static class RunBatchEndpoints
{
    private const int LongestDetail = 500; // every run's event has it

    public static void MapRunBatches(this IEndpointRouteBuilder runs)
    {
        runs.MapPost("move", Move).Needs(Role.Member).WithSummary("Move runs to another experiment");
        runs.MapPost("tag", Tag).Needs(Role.Member).WithSummary("Give runs tags, and take some");
        runs.MapPost("archive", Archive).Needs(Role.Member).WithSummary("Put runs out of the way, or back");
        runs.MapPost("delete", Delete).Needs(Role.Member).WithSummary("Delete runs that have ended; they can be restored for a month");
        runs.MapPost("restore", Restore).Needs(Role.Member).WithSummary("Bring deleted runs back");
    }

    private static async Task<Results<Ok<MovedRuns>, NotFoundProblem>> Move(MoveRuns request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var experiment = await context.Experiments.AsNoTracking().SingleOrDefaultAsync(row => row.Id == request.ExperimentId && row.TeamId == caller.TeamId, token);
        if (experiment is null)
            return new NotFoundProblem("experiment", request.ExperimentId);
        var batch = await Batch.Find(context.Runs, request.RunIds, caller, token);
        if (batch.Missing is { } missing)
            return missing;
        await batch.Change(context, caller, "moved", $"to {experiment.Name}", token,
            runs => runs.ExecuteUpdateAsync(run => run.SetProperty(row => row.ExperimentId, experiment.Id), token));
        return TypedResults.Ok(new MovedRuns([.. batch.Runs.GroupBy(run => run.ExperimentId, run => run.Id).Select(from => new MoveRuns([.. from], from.Key))]));
    }

    private static async Task<Results<Ok<TaggedRuns>, NotFoundProblem, InvalidProblem>> Tag(TagRuns request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var (set, remove) = (request.Set ?? new Dictionary<string, string>(), request.Remove ?? []);
        var batch = await Batch.Find(context.Runs, request.RunIds, caller, token);
        if (batch.Missing is { } missing)
            return missing;
        if (set.Count == 0 && remove.Count == 0)
            return new InvalidProblem("no_tags", "set and remove are empty; name a tag in one of them.");
        if (TagRules.Of(set) is { } unfit)
            return unfit;
        if (remove.Any(name => name is null))
            return new InvalidProblem("tags_not_allowed", "remove holds null; it must hold names of tags.");
        if (remove.FirstOrDefault(name => name.Length > TagRules.Longest) is { } longest)
            return new InvalidProblem("tags_not_allowed", $"remove holds a name of {longest.Length} characters; a tag's has at most {TagRules.Longest}.");
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var before = await context.Runs.Where(run => batch.Ids.Contains(run.Id)).Select(run => new { run.Id, run.Tags }).ToListAsync(token);
        var (added, ids) = (JsonSerializer.Serialize(set), batch.Ids);
        await context.Database.ExecuteSqlAsync($"update runs set tags = (tags - {remove.ToArray()}) || {added}::jsonb where id = any({ids})", token);
        var most = await context.Database.SqlQuery<int>(
            $"select coalesce(max((select count(*) from jsonb_object_keys(tags))), 0)::int as \"Value\" from runs where id = any({ids})").SingleAsync(token);
        if (most > TagRules.Most)
            return TagRules.TooMany(most);
        batch.Audit(context, caller, "tagged", Cut(string.Join(", ", set.Select(tag => $"{tag.Key} = {tag.Value}").Concat(remove.Select(name => $"without {name}")))));
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.Ok(new TaggedRuns([.. before.Select(run => Untag(run.Id, run.Tags, [.. set.Keys, .. remove]))
            .GroupBy(undo => JsonSerializer.Serialize((undo.Set, undo.Remove), s_fields), (_, same) => same.ToList())
            .Select(same => same[0] with { RunIds = same.ConvertAll(undo => undo.RunIds[0]) })]));
    }

    private static readonly JsonSerializerOptions s_fields = new() { IncludeFields = true };

    /// <summary>What gives a run those of its tags back that are about to change.</summary>
    private static TagRuns Untag(Guid run, Dictionary<string, string> tags, IReadOnlyList<string> changed) =>
        new([run], tags.Where(tag => changed.Contains(tag.Key)).OrderBy(tag => tag.Key, StringComparer.Ordinal).ToDictionary(), [.. changed.Where(name => !tags.ContainsKey(name)).Distinct().Order(StringComparer.Ordinal)]);

    private static async Task<Results<NoContent, NotFoundProblem>> Archive(ArchiveRuns request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var batch = await Batch.Find(context.Runs, request.RunIds, caller, token);
        if (batch.Missing is { } missing)
            return missing;
        DateTimeOffset? at = request.Archived ? DateTimeOffset.UtcNow : null;
        await batch.Change(context, caller, request.Archived ? "archived" : "brought back", null, token,
            runs => runs.ExecuteUpdateAsync(run => run.SetProperty(row => row.ArchivedAt, at), token));
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFoundProblem, ConflictProblem>> Delete(ChosenRuns request, Caller caller, CatalogContext context, CancellationToken token)
    {
        var batch = await Batch.Find(context.Runs, request.RunIds, caller, token);
        if (batch.Missing is { } missing)
            return missing;
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        if (await RunDeletion.Delete(context, batch.Ids, token) is { } active)
            return active;
        batch.Audit(context, caller, "deleted", null);
        await context.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, NotFoundProblem>> Restore(ChosenRuns request, Caller caller, CatalogContext context, CancellationToken token)
    {
        // One that is not deleted is where it should be.
        var batch = await Batch.Find(context.Runs.IgnoreQueryFilters(), request.RunIds, caller, token);
        if (batch.Missing is { } missing)
            return missing;
        await batch.Change(context, caller, "restored", null, token,
            runs => runs.ExecuteUpdateAsync(run => run.SetProperty(row => row.DeletedAt, (DateTimeOffset?)null), token));
        return TypedResults.NoContent();
    }

    // Not amid a character: half of one is no text to PostgreSQL.
    private static string Cut(string detail) => detail.Length <= LongestDetail ? detail
        : $"{detail[..(char.IsHighSurrogate(detail[LongestDetail - 1]) ? LongestDetail - 1 : LongestDetail)]}...";

    private sealed record Named(Guid Id, string Name, Guid ExperimentId);

    /// <param name="Missing">The first that is not there; then nothing may be done to the others either.</param>
    private sealed record Batch(IReadOnlyList<Named> Runs, NotFoundProblem? Missing)
    {
        public List<Guid> Ids => [.. Runs.Select(run => run.Id)];

        public static async Task<Batch> Find(IQueryable<Run> among, IReadOnlyList<Guid> ids, Caller caller, CancellationToken token)
        {
            var runs = await among.Where(run => run.TeamId == caller.TeamId && ids.Contains(run.Id))
                .Select(run => new Named(run.Id, run.Name, run.ExperimentId)).ToListAsync(token);
            var found = runs.Select(run => run.Id).ToHashSet();
            return new(runs, ids.Where(id => !found.Contains(id)).Select(id => new NotFoundProblem("run", id)).FirstOrDefault());
        }

        public async Task Change(
            CatalogContext context, Caller caller, string action, string? detail, CancellationToken token, Func<IQueryable<Run>, Task> change)
        {
            var ids = Ids;
            await using var transaction = await context.Database.BeginTransactionAsync(token);
            await change(context.Runs.IgnoreQueryFilters().Where(run => ids.Contains(run.Id)));
            Audit(context, caller, action, detail);
            await context.SaveChangesAsync(token);
            await transaction.CommitAsync(token);
        }

        public void Audit(CatalogContext context, Caller caller, string action, string? detail)
        {
            foreach (var run in Runs)
                context.Audit(caller, action, "run", run.Name, detail);
        }
    }
}
