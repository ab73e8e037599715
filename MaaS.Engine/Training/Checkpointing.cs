// Saves a training so that it can go on where it was, to the bit: all the tensors it is told of, and the random state.
// The file is safetensors. Where it is kept is the caller's concern: it is handed over when it is complete.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Engine.Packages;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <param name="ResumeFrom">A checkpoint file of the same training, or null to begin.</param>
/// <param name="Keep">Takes a finished checkpoint file and the step it was taken after; the file may be moved. Null keeps none.</param>
/// <param name="Every">At most one checkpoint in this time, inside an epoch too; zero is one at the end of each epoch.</param>
/// <param name="Folder">Where the file is written.</param>
/// <param name="Owner">Written into the file, so that two trainings which are otherwise equal never share one.</param>
public sealed record Checkpointing(
    string Folder, string? ResumeFrom = null, Action<string, long>? Keep = null, TimeSpan Every = default, string Owner = "")
{
    // A loss may be infinite before the first epoch has ended.
    private static readonly JsonSerializerOptions s_options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Times as long as the last one took must pass before the next: saving a large network may take seconds.</summary>
    private const int Rest = 20;

    private long _last = Environment.TickCount64;
    private long _took;

    /// <summary>Whether one should be saved without waiting for the end of the epoch.</summary>
    internal bool IsDue => Keep is not null && Every > TimeSpan.Zero && Environment.TickCount64 - _last >= Math.Max(Every.TotalMilliseconds, Rest * _took);

    /// <param name="live">What the training goes on with; overwritten.</param>
    internal TrainingProgress? Restore(IEnumerable<KeyValuePair<string, Tensor>> live)
    {
        if (ResumeFrom is null)
            return null;
        using var scope = NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(ResumeFrom);
        using var quiet = no_grad();
        foreach (var (name, target) in live)
            target.copy_(tensors[name]);
        random.set_rng_state(tensors["random"]);
        return JsonSerializer.Deserialize<TrainingProgress>(metadata["progress"], s_options)!;
    }

    internal void Save(TrainingProgress at, IEnumerable<KeyValuePair<string, Tensor>> live)
    {
        if (Keep is null || (Every > TimeSpan.Zero && !IsDue))
            return;
        var began = Environment.TickCount64;
        using var scope = NewDisposeScope();
        var path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{at.Step}.safetensors"));
        Safetensors.Write(path,
            live.Append(new("random", random.get_rng_state())),
            new Dictionary<string, string> { ["progress"] = JsonSerializer.Serialize(at, s_options), ["owner"] = Owner });
        Keep(path, at.Step);
        _last = Environment.TickCount64;
        _took = _last - began;
    }
}
