// A network as a package's weights file holds it: what it was trained with, what its encoder learned, its weights by name, and a request it
// answered. Enough to build it again, elsewhere too, and to know that it is the same; how, each family's package knows.
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Packages;

/// <param name="Name">Of the file, for sentences.</param>
internal sealed record SavedNetwork(string Name, IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, Tensor> Weights) : IDisposable
{
    public const string FileName = ModelManifest.Weights;

    // What an encoder's records derive is derived again.
    private static readonly JsonSerializerOptions s_options = new(MaaSJson.Options) { IgnoreReadOnlyProperties = true };

    public static void Write(string folder, PackageContent content, ModelSample sample)
    {
        var metadata = new Dictionary<string, string> { ["training"] = Json(content.Training), ["sample"] = Json(sample) };
        // A header may have 100 MB; without its encoder a model of millions of users serves all the same, but cannot be built again.
        if (content.Encoder is { Length: < 48_000_000 })
            metadata["encoder"] = content.Encoder;
        Safetensors.Write(Path.Combine(folder, FileName), content.Network.state_dict(), metadata);
    }

    /// <param name="folder">Of a package.</param>
    /// <exception cref="UserError">The weights file is not safetensors.</exception>
    public static SavedNetwork Read(string folder)
    {
        var (tensors, metadata) = Safetensors.Read(Path.Combine(folder, FileName));
        return new SavedNetwork(FileName, metadata, tensors);
    }

    /// <summary>Of a file that somebody brings, by its first bytes.</summary>
    /// <param name="name">As its owner calls it.</param>
    /// <exception cref="UserError">It is neither safetensors nor HDF5, or broken.</exception>
    public static SavedNetwork ReadFile(string path, string name)
    {
        var (tensors, metadata) = Hdf5Reader.IsOne(path) ? Hdf5Reader.Read(path, name) : Safetensors.Read(path, name);
        return new SavedNetwork(name, metadata, tensors);
    }

    public static string Json<T>(T value) => JsonSerializer.Serialize(value, s_options);

    /// <exception cref="UserError">The file does not say, or it is another family's.</exception>
    public T Training<T>() where T : TrainingSpec => Training() as T
        ?? throw new UserError($"{Name} holds a network of another family: its training is not a {typeof(T).Name}.");

    /// <exception cref="UserError">The file does not say it, as those of versions made before encoders were saved, or says it in another form.</exception>
    public T Encoder<T>() => Read<T>("encoder");

    /// <summary>A request, and what the network answered where it was made; null when the file does not say.</summary>
    public ModelSample? Sample => Metadata.ContainsKey("sample") ? Read<ModelSample>("sample") : null;

    public TrainingSpec Training() => Read<TrainingSpec>("training");

    /// <summary>Copies the weights over those of a network built alike.</summary>
    /// <exception cref="UserError">A weight is missing, left over, or of another shape or type.</exception>
    public void Into(nn.Module network)
    {
        using var quiet = no_grad();
        var own = network.state_dict();
        if (Weights.Keys.FirstOrDefault(name => !own.ContainsKey(name)) is { } unknown)
            throw new UserError($"{Name} holds the weights \"{unknown}\", which the network it describes does not have.");
        foreach (var (name, weight) in own)
        {
            if (!Weights.TryGetValue(name, out var saved))
                throw new UserError($"{Name} lacks the weights \"{name}\" of the network it describes.");
            if (saved.dtype != weight.dtype || !saved.shape.SequenceEqual(weight.shape))
                throw new UserError($"The weights \"{name}\" of {Name} are {saved.dtype} ({string.Join(", ", saved.shape)}); the network it describes has {weight.dtype} ({string.Join(", ", weight.shape)}).");
            weight.copy_(saved);
        }
    }

    public void Dispose()
    {
        foreach (var weight in Weights.Values)
            weight.Dispose();
    }

    private T Read<T>(string entry)
    {
        if (!Metadata.TryGetValue(entry, out var json))
            throw new UserError($"{Name} has no \"{entry}\" among its metadata, so the network it belongs to cannot be built again; export it from a version trained since.");
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_options) ?? throw new JsonException("it is null");
        }
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            throw new UserError($"\"{entry}\" among the metadata of {Name} is not in the form this server writes: {broken.Message}", broken);
        }
    }
}
