// The same counts as /metrics, for OpenTelemetry: read when a collector is due, so that a request pays nothing for them. Made by being asked for.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

internal sealed class ServingMeter
{
    private const string Prefix = "maas.serving.";

    private static readonly string[] s_bounds = [.. LatencyHistogram.Bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    private readonly ServingCounts _counts;

    public ServingMeter(ServingCounts counts, LoadedModels models, IMeterFactory meters)
    {
        _counts = counts;
        var meter = meters.Create("MaaS.Serving");
        meter.CreateObservableCounter($"{Prefix}requests", Requests, "{request}", "Requests, by what came of them");
        meter.CreateObservableCounter($"{Prefix}rows", () => Each(count => count.Rows), "{row}", "Rows answered");
        meter.CreateObservableCounter($"{Prefix}runs", () => Each(count => count.Batches.Runs), "{run}", "Runs of the model; rows over runs is the mean batch");
        meter.CreateObservableUpDownCounter($"{Prefix}active_requests", () => Each(count => count.Pending), "{request}", "Requests being served");
        meter.CreateObservableCounter($"{Prefix}time", Times, "s", "Time of the requests altogether, by what it was spent on");
        meter.CreateObservableCounter($"{Prefix}answered_within", Buckets, "{request}", "Requests that took up to so many milliseconds (le), altogether, in the queue and in the model, as a histogram of Prometheus counts them");
        meter.CreateObservableCounter($"{Prefix}runs_within", Runs, "{run}", "Runs of up to so many rows (le), likewise");
        meter.CreateObservableUpDownCounter($"{Prefix}models", () => models.Count, "{model}", "Versions in memory");
    }

    private IEnumerable<Measurement<long>> Each(Func<ServingCount, long> value) => _counts.All.Select(count => new Measurement<long>(value(count), Of(count)));

    private IEnumerable<Measurement<long>> Requests() => _counts.All.SelectMany(count => Enum.GetValues<Failure>()
        .Select(reason => new Measurement<long>(count.Failed(reason), Of(count, "outcome", reason.ToString().ToLowerInvariant())))
        .Prepend(new(count.Succeeded, Of(count, "outcome", "success"))));

    private IEnumerable<Measurement<double>> Times() => _counts.All.SelectMany(count => new Measurement<double>[]
    {
        new(Seconds(count.QueueTicks), Of(count, "part", "queue")),
        new(Seconds(count.InputTicks), Of(count, "part", "input")),
        new(Seconds(count.ComputeTicks), Of(count, "part", "compute")),
        new(Seconds(count.OutputTicks), Of(count, "part", "output")),
    });

    private IEnumerable<Measurement<long>> Buckets() => _counts.All
        .SelectMany(count => Buckets(count, "total", count.RequestTimes).Concat(Buckets(count, "queue", count.QueueTimes)).Concat(Buckets(count, "compute", count.ComputeTimes)));

    private static List<Measurement<long>> Buckets(ServingCount count, string part, TimeBuckets times)
    {
        var sum = 0L;
        return [.. times.Counts.Zip(s_bounds, (inside, bound) => new Measurement<long>(sum += inside, [.. Of(count, "part", part), new("le", bound)]))];
    }

    private IEnumerable<Measurement<long>> Runs() => _counts.All.SelectMany(count => BatchCounts.Bounds
        .Select(bound => new Measurement<long>(count.Batches.RunsWithin(bound), Of(count, "le", $"{bound}"))).Append(new(count.Batches.Runs, Of(count, "le", "+Inf"))));

    private static KeyValuePair<string, object?>[] Of(ServingCount count, string? name = null, string? value = null)
    {
        KeyValuePair<string, object?>[] tags = [new("deployment", count.Deployment), new("model", count.Model), new("version", count.Version), new("team", $"{count.Team}")];
        return name is null ? tags : [.. tags, new(name, value)];
    }

    private static double Seconds(long ticks) => Stopwatch.GetElapsedTime(0, ticks).TotalSeconds;
}
