// What compression needs of a family: its network built anew, a task to train it, its graph, and how good a file is that answers in its place. The
// rows are divided as they were when the source was trained, so that its test rows are still unseen.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Inference;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal abstract class Subject(ModelManifest manifest) : IDisposable
{
    /// <exception cref="UserError">The package is none that can be trained on, or the data is not what the source learned from.</exception>
    public static Subject Open(CompressionPlace place, IProgress<Report> progress, CancellationToken token)
    {
        var manifest = ManifestOf(place.Source);
        return manifest.Task switch
        {
            ModelTask.ImageClassification => new ImageSubject(manifest, place, progress, token),
            ModelTask.TabularClassification or ModelTask.TabularRegression => new TableSubject(manifest, place, progress, token),
            ModelTask.TextClassification => new TextSubject(manifest, place, progress, token),
            ModelTask.LanguageModel => new LanguageSubject(manifest, place, progress, token),
            ModelTask.Recommendation => new RecommendationSubject(manifest, place, progress, token),
            _ => throw new UserError("version_id is a version made elsewhere: there are no rows here to measure its variants on; choose one that was trained here."),
        };
    }

    /// <summary>The source's.</summary>
    public ModelManifest Manifest { get; } = manifest;

    /// <summary>The source itself.</summary>
    public abstract Candidate Source { get; }

    /// <summary>What quality is, by its name among the metrics.</summary>
    public abstract string Quality { get; }

    public virtual bool HigherIsBetter => true;

    /// <summary>Device, threads and seed for a training, applied.</summary>
    public virtual Compute Compute(TrainingSpec training) => Engine.Compute.Choose(training, threads: 1, Engine.Compute.TooShort);

    /// <summary>The candidate's network as a task, over the source's rows; the caller's to dispose.</summary>
    public abstract LearningTask Task(Candidate candidate);

    /// <summary>A network by chance, of a training with every value filled in.</summary>
    public abstract nn.Module Built(TrainingSpec training);

    /// <param name="task">One that <see cref="Task"/> gave.</param>
    public abstract ModelProto Graph(LearningTask task);

    /// <summary>Whether a parameter is a matrix of products, which can be pruned and brought to few values.</summary>
    /// <param name="name">As in the network's state.</param>
    public abstract bool IsWeight(string name);

    /// <summary>A student's training with its rows and columns taken from the source, and every open value filled in.</summary>
    /// <exception cref="UserError">It cannot be trained on the source's rows.</exception>
    public abstract TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress);

    /// <summary>The source's training with a network of half the width.</summary>
    public abstract TrainingSpec Halved();

    /// <summary>What of the candidate's network can be removed; null where nothing can.</summary>
    public abstract Structure? Structure(TrainingSpec training);

    /// <summary>Training rows as the graph takes them.</summary>
    /// <param name="most">Fewer where there are fewer.</param>
    public abstract CalibrationRows Calibration(int most);

    /// <summary>What a teacher says to the training rows.</summary>
    /// <param name="teachers">Opened packages of versions of this task.</param>
    /// <param name="folders">Theirs.</param>
    /// <param name="student">Whose loss it becomes part of.</param>
    /// <exception cref="UserError">A teacher answers something else than the source.</exception>
    public abstract Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token);

    /// <summary>The source's graph as it would be without the rows that choose, where the source has learned from those too; null where it has not.</summary>
    public virtual ModelProto? Unchosen => null;

    /// <summary>Quality on the rows that choose.</summary>
    public abstract Quality Validate(Model served);

    /// <summary>Quality on the test rows.</summary>
    public abstract Quality Test(Model served);

    /// <summary>A package whose figures are not measured yet.</summary>
    public abstract ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token);

    /// <summary>The network of a package of this family, as <see cref="Source"/> is of the source's.</summary>
    public abstract Candidate Load(string folder);

    public virtual void Dispose() => Source.Dispose();

    public static ModelManifest ManifestOf(string folder)
    {
        using var file = File.OpenRead(Path.Combine(folder, "model.json"));
        return JsonSerializer.Deserialize<ModelManifest>(file, MaaSJson.Options)!;
    }
}
