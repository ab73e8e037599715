// The door the worker knocks at for compression: a plan and a source in, measured variants out, each as soon as it is done.
using System.Diagnostics;
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Engine.Data;
using TorchSharp;

namespace MaaS.Engine.Compression;

/// <param name="Source">The folder with the package of the version to compress.</param>
/// <param name="Teachers">Folders with the packages of the versions that the plan names as teachers.</param>
/// <param name="Data">What the source was trained on.</param>
/// <param name="Test">The given test file, or null when the test was split off.</param>
/// <param name="Lineage">Of every variant: the run, the data, and the source as its parent.</param>
/// <param name="Work">An empty folder, in which each variant gets one of its own.</param>
/// <param name="Earlier">What an earlier attempt of the same job found; those variants are not made again.</param>
/// <param name="Unpacked">The package of an earlier variant as a folder, for what goes on from it; null does its steps again.</param>
public sealed record CompressionPlace(
    string Source, IReadOnlyDictionary<Guid, string> Teachers, DataFile Data, DataFile? Test, Lineage Lineage, string Work,
    CompressionReport? Earlier = null, Func<Variant, string>? Unpacked = null);

/// <param name="Report">All that is known by now; this variant is the last of its list.</param>
/// <param name="Folder">The package's files, which are the receiver's from now on.</param>
public sealed record VariantPackage(CompressionReport Report, Variant Variant, ModelManifest Manifest, string Folder);

/// <param name="Environment">Device, threads and versions, for the run's record.</param>
public sealed record CompressionOutcome(CompressionReport Report, IReadOnlyDictionary<string, string> Environment);

public static class Compressor
{
    /// <summary>Follows the plan and hands over each variant that can be served, measured, before the next is begun.</summary>
    /// <returns>All that was found. A search that is stopped returns what it has by then.</returns>
    /// <exception cref="UserError">The plan cannot be followed on this source.</exception>
    /// <exception cref="OperationCanceledException">Stopped before the source was measured, or within a recipe: what was handed over stays.</exception>
    public static CompressionOutcome Run(
        CompressionPlan plan, CompressionPlace place, IProgress<Report> progress, Action<VariantPackage> onVariant, CancellationToken token)
    {
        var manifest = Subject.ManifestOf(place.Source);
        if ((SourceRules.Refusal(plan, manifest) ?? CompressionRules.Refusal(plan, manifest.Task, manifest.Training)) is { } sentence)
            throw new UserError(sentence);
        var watch = Stopwatch.StartNew();
        using var scope = torch.NewDisposeScope();
        using var subject = Subject.Open(place, progress, token);
        var compute = subject.Compute(subject.Source.Training);
        progress.Report(new Said($"compressing {compute.Reason}"));
        using var workshop = new Workshop(plan, subject, place, progress, onVariant);
        token.ThrowIfCancellationRequested();
        var report = plan switch
        {
            RecipePlan recipe => Follow(plan, [.. recipe.Steps.Select((_, at) => recipe.Steps.Take(at + 1).ToArray())], subject, workshop, progress, token),
            PresetPlan preset => Follow(plan, Presets.Of(preset.Preset, subject.Source.Training), subject, workshop, progress, token),
            SearchPlan search => new Search(search, subject, workshop, progress).Run(watch, token),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan, null),
        };
        progress.Report(new Said(report.Verdict!));
        return new CompressionOutcome(report, compute.Facts());
    }

    private static CompressionReport Follow(
        CompressionPlan plan, IReadOnlyList<IReadOnlyList<CompressionStep>> variants, Subject subject, Workshop workshop, IProgress<Report> progress, CancellationToken token)
    {
        if (workshop.Report.Sensitivity is null && variants.SelectMany(steps => steps).OfType<Pruning>().FirstOrDefault() is { } prune)
            workshop.Add(Sensitivity.Of(subject, subject.Source, prune.Measure, progress, token));
        for (var at = 0; at < variants.Count; at++)
        {
            progress.Report(new Advanced((double)at / variants.Count, $"variant {at + 1} of {variants.Count}"));
            workshop.Make(variants[at], token);
        }
        return Verdict.Of(workshop.Report, plan);
    }
}
