// A weights file of a network that is known here, with what it was trained with and what its encoder learned: the network is built again,
// its graph written and checked as after a training, and the request the file carries must get the answer the file carries.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Tasks.Tabular;
using MaaS.Engine.Tasks.Text;
using MaaS.Inference;
using static TorchSharp.torch;

namespace MaaS.Engine.Imports;

internal static class NetworkImport
{
    public static ModelManifest Run(string path, string name, string package, Lineage lineage, IProgress<Report> progress, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        progress.Report(new Advanced(0.1, "reading the weights"));
        using var saved = SavedNetwork.ReadFile(path, name);
        progress.Report(new Advanced(0.4, "building the network again"));
        try
        {
            random.manual_seed(1); // what is made up for the check is the same each time
            var manifest = saved.Training() switch
            {
                TabularTraining => TabularPackage.Rebuild(package, saved, lineage),
                ImageTraining => ImagePackage.Rebuild(package, saved, lineage, token),
                TextTraining => TextPackage.Rebuild(package, saved, lineage),
                LanguageTraining => LanguagePackage.Rebuild(package, saved, lineage, token),
                RecommendationTraining => RecommendationPackage.Rebuild(package, saved, lineage, token),
                var other => throw new UserError($"{name} holds a network of a {other.GetType().Name}, which this server cannot build from a file."),
            };
            progress.Report(new Said($"{manifest.ParameterCount:N0} parameters; ONNX Runtime and libtorch differ by at most {manifest.ParityMaxDifference:g3} on {manifest.ParityRows} inputs made up for it"));
            return saved.Sample is { } sample ? Proven(package, manifest, sample, progress) : manifest;
        }
        catch (Exception broken) when (broken is not (UserError or OperationCanceledException or OutOfMemoryException) && !broken.Message.Contains("memory", StringComparison.OrdinalIgnoreCase))
        {
            // The file says what is built here, so what it says can be at odds with itself in any way there is.
            throw new UserError($"{name} does not hold what the network it describes needs: {broken.Message}", broken);
        }
    }

    private static ModelManifest Proven(string package, ModelManifest manifest, ModelSample sample, IProgress<Report> progress)
    {
        manifest = ModelPackage.Close(package, manifest, sample);
        try
        {
            Model.Load(package).Dispose();
            progress.Report(new Said($"it answers the {sample.Rows.Count} rows that the file carries as they were answered where it comes from"));
            return manifest;
        }
        catch (ModelLoadException otherwise)
        {
            throw new UserError($"The network built from the file does not answer as the file says it did: {otherwise.Message}", otherwise);
        }
    }
}
