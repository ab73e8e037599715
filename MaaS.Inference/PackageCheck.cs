// Whether a package is what it says it is: its files can be read, its graph is the one that is listed, and it answers its own sample as it did
// at export.
using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Custom;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference;

internal static class PackageCheck
{
    // Another processor may order float additions differently; more than this is another model.
    private const float Tolerance = 1e-4f;

    /// <summary>Asks the model its stored sample, which warms it up: one that answers otherwise must not be served.</summary>
    /// <exception cref="ModelLoadException">Names the row, and both answers.</exception>
    public static void Sample(Model model, ModelSample sample)
    {
        IReadOnlyList<Prediction> now;
        try
        {
            now = model.Predict(sample.Rows);
        }
        catch (Exception broken) when (broken is InputError or OnnxRuntimeException)
        {
            throw new ModelLoadException($"The model does not answer its own sample: {broken.Message}", broken);
        }
        if (now.Count != sample.Predictions.Count)
            throw new ModelLoadException($"sample.json holds {sample.Predictions.Count} answers for {now.Count} rows.");
        for (var row = 0; row < now.Count; row++)
            if (!Same(now[row], sample.Predictions[row]))
                throw new ModelLoadException(
                    $"Row {row} of the stored sample is answered {Text(now[row])} where it was {Text(sample.Predictions[row])} at export.");

        static string Text(Prediction prediction) => JsonSerializer.Serialize(prediction, MaaSJson.Options);
    }

    private static bool Same(Prediction now, Prediction then) => then.Outputs is { } outputs
        ? now.Outputs?.Count == outputs.Count && outputs.All(output => now.Outputs.TryGetValue(output.Key, out var found) && NestedList.Same(found, output.Value, Near))
        : then.Text is { } text ? now.Text == text
        : then.Items is { } items ? now.Items?.Count == items.Count && now.Items.Zip(items, (one, other) => Near(one.Score, other.Score)).All(near => near)
        : then.Probabilities is { } probabilities
        ? now.Probabilities is { } found && probabilities.All(known => found.TryGetValue(known.Key, out var value) && Near(value, known.Value))
        : now.Value is { } number && then.Value is { } stored && Near(number, stored);

    public static bool Near(float now, float then) => now.Equals(then) || Math.Abs(now - then) <= Tolerance * Math.Max(1, Math.Abs(then));

    /// <exception cref="ModelLoadException">The file is missing or no such JSON.</exception>
    public static T Read<T>(string folder, string name)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            return JsonSerializer.Deserialize<T>(file, MaaSJson.Options) ?? throw new ModelLoadException($"{name} is empty.");
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            throw new ModelLoadException($"{name} cannot be read: {broken.Message}", broken);
        }
    }

    /// <exception cref="ModelLoadException">The graph is another one than the manifest lists.</exception>
    public static void Hash(string onnx, ModelManifest manifest)
    {
        if (manifest.Files.FirstOrDefault(file => file.Path == "model.onnx") is not { } listed)
            throw new ModelLoadException("model.json does not list model.onnx among its files.");
        using var file = File.OpenRead(onnx);
        if (!Convert.ToHexStringLower(SHA256.HashData(file)).Equals(listed.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelLoadException("model.onnx is not the file model.json describes: its SHA-256 differs.");
    }
}
