// The door the worker knocks at: a specification and its data in, a checked model package out. Knows which task is whose.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using MaaS.Engine.Training;

namespace MaaS.Engine.Tasks;

/// <param name="Lineage">Where the data came from, for the manifest.</param>
/// <param name="Package">An empty folder for the model package.</param>
/// <param name="Source">The folder with the weights file of the version to go on from; null begins anew.</param>
public sealed record TrainingPlace(Lineage Lineage, Checkpointing Checkpointing, string Package, string? Source = null);

/// <param name="Environment">Device, threads and versions, for the run's record.</param>
public sealed record TrainingOutcome(ModelManifest Manifest, IReadOnlyDictionary<string, string> Environment);

public static class ModelTraining
{
    /// <summary>Trains and leaves a checked model package in the folder.</summary>
    /// <exception cref="UserError">The settings do not fit the data, or the loss diverged.</exception>
    /// <exception cref="ParityException">The exported graph does not answer as the trained network does.</exception>
    /// <param name="test">The given test file, or null to split one off; it is read as the data is.</param>
    public static TrainingOutcome Run(
        TrainingSpec training, DataFile data, DataFile? test, TrainingPlace place, IProgress<Report> progress, CancellationToken token)
    {
        return training switch
        {
            TabularTraining tabular => TabularRun.Run(tabular, data, test, place, progress, token),
            ImageTraining image => ImageRun.Run(image, data, test, place, progress, token),
            TextTraining text => TextRun.Run(text, data, test, place, progress, token),
            LanguageTraining language => LanguageRun.Run(language, data, place, progress, token),
            RecommendationTraining recommendation => RecommendationRun.Run(recommendation, data, place, progress, token),
            _ => throw new ArgumentOutOfRangeException(nameof(training), training, null),
        };
    }
}
