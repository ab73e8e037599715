// Whether a training can go on from a model version as asked, judged by the version's manifest and the data's profile alone.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class SourceCheck
{
    /// <returns>The manifest of the version the training can go on from; null for one that begins anew, or what is wrong.</returns>
    public static async Task<(ModelManifest? Source, ProblemResult? Problem)> Find(TrainingSpec training, Caller caller, CatalogContext context, CancellationToken token)
    {
        if (training.From is not { } id)
            return (null, null);
        var version = await context.ModelVersions.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.TeamId == caller.TeamId, token);
        return version?.Manifest switch
        {
            null => (null, new NotFoundProblem("model version", $"{id} (the training.from)")),
            var source when source.Files.All(file => file.Path != ModelManifest.Weights) => (null, new InvalidProblem(
                "source_without_weights", $"training.from is version {version.Number} of a model that has no {ModelManifest.Weights}, as one made elsewhere may have none; there is nothing to go on from.")),
            var source when Continuation.Refusal(training, source.Training) is { } sentence => (null, Misfit(sentence)),
            var source => (source, null),
        };
    }

    /// <returns>Null when it can work.</returns>
    public static InvalidProblem? Of(TrainingSpec training, ModelManifest source, DatasetProfile data)
    {
        if (Continuation.Refusal(training, source.Training) is { } sentence)
            return Misfit(sentence);
        return Classes(source, data) ?? (training is TabularTraining ? Columns(source, data) : null);
    }

    /// <summary>A class that the version does not know; where the profile lists too few of them to tell, training will.</summary>
    private static InvalidProblem? Classes(ModelManifest source, DatasetProfile data)
    {
        if (source.Labels is not { } labels || data.Columns.FirstOrDefault(column => column.Name == source.Target) is not { } target || target.Distinct > target.Top.Count)
            return null;
        var areNoAndYes = CellText.AreNoAndYes(labels);
        return target.Top.FirstOrDefault(value => !labels.Contains(value.Value) && !(areNoAndYes && CellText.TryBoolean(value.Value, out _))) is { } strange
            ? Misfit($"Column \"{target.Name}\" holds \"{strange.Value}\", which is none of the classes of the version in training.from: {string.Join(", ", labels.Take(20))}. Leave its rows out, or train anew without training.from.")
            : null;
    }

    private static InvalidProblem? Columns(ModelManifest source, DatasetProfile data)
    {
        foreach (var input in source.Inputs)
            if (data.Columns.FirstOrDefault(column => column.Name == input.Name) is not { } column)
                return Misfit($"training.from is a version that reads the column \"{input.Name}\", which the file does not have; add it, or train anew without training.from.");
            else if (!CanBeRead(column.Type, input.Kind))
                return Misfit($"Column \"{input.Name}\" is a column of type {Word(column.Type)} here, but of type {Word(input.Kind)} to the version in training.from; read the file with that type, or train anew without training.from.");
        return null;
    }

    /// <summary>Any value is a category; numbers of one kind may be numbers of the other.</summary>
    private static bool CanBeRead(ColumnType here, ColumnType there) => here == there || there == ColumnType.Category
        || (here is ColumnType.Number or ColumnType.Integer && there is ColumnType.Number or ColumnType.Integer)
        || (here == ColumnType.Integer && there == ColumnType.Boolean);

    private static InvalidProblem Misfit(string sentence) => new("source_does_not_fit", sentence);

    private static string Word(ColumnType type) => type.ToString().ToLowerInvariant();
}
