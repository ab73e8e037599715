// What cutting each layer alone would cost: the validation figure with a share of that layer's weights at zero, nothing trained.
using System.Diagnostics;
using MaaS.Contracts.Compression;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

internal static class Sensitivity
{
    // Few points where a look at the validation rows takes long: the curve is for the eye.
    private static readonly double[] s_shares = [0.5, 0.7, 0.8, 0.9, 0.95], s_few = [0.5, 0.9];
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(60);

    /// <returns>Layers as they lie in the weights file; none where even few points would take too long.</returns>
    public static IReadOnlyList<LayerSensitivity> Of(Subject subject, Candidate candidate, PruningMeasure measure, IProgress<Report> progress, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var task = subject.Task(candidate);
        var layers = task.Network.named_parameters().Where(named => named.parameter.dim() >= 2 && subject.IsWeight(named.name)).ToArray();
        var watch = Stopwatch.StartNew();
        task.Validate();
        var shares = new[] { s_shares, s_few }.FirstOrDefault(shares => watch.Elapsed * (shares.Length * layers.Length) < s_most);
        if (shares is null)
        {
            progress.Report(new Said("how much each layer bears is not measured: it would take more than a minute"));
            return [];
        }
        var deviations = measure == PruningMeasure.Activation ? Deviations.Of(task, progress) : [];
        return [.. layers.Select(layer =>
        {
            using var whole = layer.parameter.clone();
            var weight_OI = layer.parameter.view(layer.parameter.shape[0], -1);
            var saliency = Saliency.Of(weight_OI, measure, deviations.GetValueOrDefault(layer.name)).flatten();
            var points = shares.Select(share =>
            {
                token.ThrowIfCancellationRequested();
                layer.parameter.copy_(whole * Saliency.Kept(saliency, share).view_as(whole));
                return new SensitivityPoint(share, task.Validate()[subject.Quality]);
            }).ToArray();
            layer.parameter.copy_(whole);
            return new LayerSensitivity(layer.name, layer.parameter.numel(), points);
        })];
    }
}
