// Turns a request to compress into rows, once everything is known to fit: the source and its data, the steps, the teachers.
using MaaS.Api.Jobs;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Experiments;
using MaaS.Catalog.Jobs;
using MaaS.Catalog.Models;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Compression;

internal static class CompressSubmission
{
    public static async Task<(Job? Job, ProblemResult? Problem)> Submit(CompressJob compress, Caller caller, CatalogContext context, CancellationToken token)
    {
        var source = await Version(context, caller, compress.VersionId, token);
        if (source is null)
            return (null, new NotFoundProblem("model version", $"{compress.VersionId} (the version_id)"));
        var (data, problem) = await Data(source, context, token);
        if (problem is not null)
            return (null, problem);
        if ((SourceRules.Refusal(compress.Plan, source.Manifest) ?? CompressionRules.Refusal(compress.Plan, source.Manifest.Task, source.Manifest.Training)) is { } sentence)
            return (null, new InvalidProblem("plan_not_allowed", sentence));
        if (!SourceRules.HasWeights(source.Manifest))
            return (null, new InvalidProblem("source_without_weights",
                $"version_id is version {source.Number} of {source.Model.Name}, which has no {ModelManifest.Weights}: its weights are in its graph alone, and variants are built from the weights."));
        if (await Teachers(compress.Plan, source, caller, context, token) is { } misfit)
            return (null, misfit);
        var spec = compress with { RegisterAs = compress.RegisterAs ?? CompressJob.ModelFor(source.Model.Name) };
        var experiment = compress.ExperimentId
            ?? await context.Runs.Where(row => row.Id == source.RunId && row.TeamId == caller.TeamId).Select(row => (Guid?)row.ExperimentId).SingleOrDefaultAsync(token);
        return await new RunOpening(
            spec, spec.Priority, NeedsGpu: false, RunParams.Of(spec.Plan), data!.Id, experiment, source.Model.Name,
            async opened => spec.RunName ?? $"compress-{await context.Runs.CountAsync(run => run.ExperimentId == opened.Id, token) + 1}",
            $"compress {source.Model.Name} version {source.Number}").Open(caller, context, token);
    }

    /// <summary>What the source was trained on and tested with: every variant is measured on the same rows.</summary>
    private static async Task<(DatasetVersion? Data, ProblemResult? Problem)> Data(ModelVersion source, CatalogContext context, CancellationToken token)
    {
        if (source.Manifest.Lineage.DatasetVersionId is not { } id)
            return (null, new InvalidProblem("source_without_data",
                $"version_id is version {source.Number} of {source.Model.Name}, which was made elsewhere; variants are measured on the test rows of its training, and there are none here."));
        var ids = source.Manifest.Training?.TestDatasetVersionId is { } test ? [id, test] : new[] { id };
        DatasetVersion? data = null;
        foreach (var one in ids)
        {
            var version = await context.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == one && row.TeamId == source.TeamId, token);
            if (version is not { State: Contracts.Datasets.DatasetState.Ready, Profile: not null })
                return (null, new ConflictProblem("source_data_gone",
                    $"version_id is version {source.Number} of {source.Model.Name}, whose {(one == id ? "data" : "test data")} ({one}) {(version is null ? "was deleted" : "is not ready")}; variants are measured on the same rows, so without them there is nothing to compare."));
            data ??= version;
        }
        return (data, null);
    }

    private static async Task<ProblemResult?> Teachers(CompressionPlan plan, ModelVersion source, Caller caller, CatalogContext context, CancellationToken token)
    {
        var steps = plan is RecipePlan recipe ? recipe.Steps : [];
        for (var i = 0; i < steps.Count; i++)
            for (var k = 0; steps[i] is Distillation { Teachers: { } teachers } && k < teachers.Count; k++)
            {
                var field = $"plan.steps[{i}].teachers[{k}]";
                if (await Version(context, caller, teachers[k], token) is not { } teacher)
                    return new NotFoundProblem("model version", $"{teachers[k]} (the {field})");
                if (SourceRules.Refusal(field, teachers[k], teacher.Manifest, source.Manifest) is { } sentence)
                    return new InvalidProblem("teacher_does_not_fit", sentence);
            }
        return null;
    }

    private static Task<ModelVersion?> Version(CatalogContext context, Caller caller, Guid id, CancellationToken token) => context.ModelVersions
        .AsNoTracking().Include(row => row.Model).SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token);
}
