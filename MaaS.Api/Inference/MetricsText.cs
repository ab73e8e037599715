// GET /metrics on its own port, in Prometheus' text format and with Triton's names: what ServingCounts and the runtime know of this process.
// https://prometheus.io/docs/instrumenting/exposition_formats
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MaaS.Api.Events;
using MaaS.Api.Inference.Shadows;
using MaaS.Catalog;
using MaaS.Inference;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference;

internal sealed class MetricsText(ServingCounts counts, Comparisons comparisons, LoadedModels models, EventHub events)
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Takes over every request that comes on this port.</summary>
    public static void UseMetrics(WebApplication app, int? port)
    {
        if (port is null)
            return;
        var metrics = app.Services.GetRequiredService<MetricsText>();
        app.Use(next => context => context.Connection.LocalPort == port ? metrics.Answer(context) : next(context));
    }

    private async Task Answer(HttpContext context)
    {
        await PoolThreads.Enter();
        if (context.Request.Path != "/metrics" || !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.ContentType = ContentType;
        await context.Response.WriteAsync(Write(), context.RequestAborted);
    }

    private string Write()
    {
        var text = new StringBuilder();
        var all = counts.All.OrderBy(count => count.Deployment, StringComparer.Ordinal).ThenBy(count => count.Version).ToList();
        Family("nv_inference_request_success", "counter", "Requests answered", count => count.Succeeded);
        Begin("nv_inference_request_failure", "counter", "Requests not answered, by reason");
        foreach (var count in all)
            foreach (var reason in Enum.GetValues<Failure>())
                Line("nv_inference_request_failure", $"{Labels(count)},reason=\"{reason.ToString().ToUpperInvariant()}\"", count.Failed(reason));
        Family("nv_inference_count", "counter", "Rows answered", count => count.Rows);
        Family("nv_inference_exec_count", "counter", "Runs of the model; rows over runs is the mean batch", count => count.Batches.Runs);
        Family("nv_inference_pending_request_count", "gauge", "Requests being served", count => count.Pending);
        Family("nv_inference_request_duration_us", "counter", "Time of the requests altogether", count => Microseconds(count.RequestTicks));
        Family("nv_inference_queue_duration_us", "counter", "Part of it spent waiting", count => Microseconds(count.QueueTicks));
        Family("nv_inference_compute_input_duration_us", "counter", "Part of it spent reading inputs", count => Microseconds(count.InputTicks));
        Family("nv_inference_compute_infer_duration_us", "counter", "Part of it spent in the model", count => Microseconds(count.ComputeTicks));
        Family("nv_inference_compute_output_duration_us", "counter", "Part of it spent writing answers", count => Microseconds(count.OutputTicks));
        Times("nv_inference_request_duration_ms", "Time of a request", count => (count.RequestTimes, count.RequestTicks));
        Times("nv_inference_queue_duration_ms", "Part of it spent waiting", count => (count.QueueTimes, count.QueueTicks));
        Times("nv_inference_compute_infer_duration_ms", "Part of it spent in the model", count => (count.ComputeTimes, count.ComputeTicks));
        Begin("maas_run_rows", "histogram", "Rows that were computed together");
        foreach (var count in all)
            Sizes(count, count.Batches);
        Shadows();
        Begin("maas_models_loaded", "gauge", "Versions in memory");
        text.Append(CultureInfo.InvariantCulture, $"maas_models_loaded {models.Count}\n");
        Begin("maas_event_streams", "gauge", "Streams of events that are open: one for each tab of the portal");
        text.Append(CultureInfo.InvariantCulture, $"maas_event_streams {events.Count}\n");
        Begin("process_resident_memory_bytes", "gauge", "Physical memory of the process");
        text.Append(CultureInfo.InvariantCulture, $"process_resident_memory_bytes {Environment.WorkingSet}\n");
        Begin("process_cpu_seconds_total", "counter", "Processor time of the process");
        text.Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {Environment.CpuUsage.TotalTime.TotalSeconds}\n");
        Begin("dotnet_gc_allocated_bytes_total", "counter", "Bytes ever allocated on the managed heap");
        text.Append(CultureInfo.InvariantCulture, $"dotnet_gc_allocated_bytes_total {GC.GetTotalAllocatedBytes()}\n");
        return text.ToString();

        void Family(string name, string type, string help, Func<ServingCount, long> value)
        {
            Begin(name, type, help);
            foreach (var count in all)
                Line(name, Labels(count), value(count));
        }

        void Begin(string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

        void Line(string name, string labels, long value) => text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

        void Shadows()
        {
            // Whatever the revision: a counter that began again with each would hide what it counts.
            var pairs = comparisons.All.GroupBy(count => count.Key with { Revision = 0 }).OrderBy(pair => pair.Key.Deployment, StringComparer.Ordinal).ThenBy(pair => pair.Key.Version).ToList();
            Begin("maas_shadow_request_count", "counter", "Requests that a shadow was to compute too, by how its answer compared");
            foreach (var pair in pairs)
            {
                Line("maas_shadow_request_count", $"{Pair(pair.Key)},outcome=\"agreed\"", pair.Sum(count => count.Agreed));
                Line("maas_shadow_request_count", $"{Pair(pair.Key)},outcome=\"disagreed\"", pair.Sum(count => count.Disagreed));
                Line("maas_shadow_request_count", $"{Pair(pair.Key)},outcome=\"failed\"", pair.Sum(count => count.Failed));
                Line("maas_shadow_request_count", $"{Pair(pair.Key)},outcome=\"dropped\"", pair.Sum(count => count.Dropped));
            }
            Begin("maas_shadow_duration_us", "counter", "Time that shadows took for all but the dropped");
            foreach (var pair in pairs)
                Line("maas_shadow_duration_us", Pair(pair.Key), Microseconds(pair.Sum(count => count.Ticks)));
        }

        void Times(string name, string help, Func<ServingCount, (TimeBuckets, long)> part)
        {
            Begin(name, "histogram", help);
            foreach (var count in all)
            {
                var (times, ticks) = part(count);
                var (buckets, sum) = (times.Counts, 0L);
                for (var i = 0; i < buckets.Length; i++)
                    Line($"{name}_bucket", string.Create(CultureInfo.InvariantCulture,
                        $"{Labels(count)},le=\"{(i < LatencyHistogram.Bounds.Count ? LatencyHistogram.Bounds[i] : "+Inf")}\""), sum += buckets[i]);
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{Labels(count)}}} {Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds}\n");
                Line($"{name}_count", Labels(count), sum);
            }
        }

        void Sizes(ServingCount count, BatchCounts runs)
        {
            foreach (var bound in BatchCounts.Bounds)
                Line("maas_run_rows_bucket", $"{Labels(count)},le=\"{bound}\"", runs.RunsWithin(bound));
            Line("maas_run_rows_bucket", $"{Labels(count)},le=\"+Inf\"", runs.Runs);
            Line("maas_run_rows_sum", Labels(count), runs.RowsRun);
            Line("maas_run_rows_count", Labels(count), runs.Runs);
        }
    }

    /// <summary>Names are slugs, so there is nothing to escape.</summary>
    private static string Labels(ServingCount count) => $"model=\"{count.Deployment}\",version=\"{count.Version}\",catalog_model=\"{count.Model}\",team=\"{count.Team}\"";

    private static string Pair(ComparisonKey key) =>
        $"model=\"{key.Deployment}\",version=\"{key.Version}\",catalog_model=\"{key.Model}\",shadow_version=\"{key.ShadowVersion}\",shadow_model=\"{key.ShadowModel}\",team=\"{key.Team}\"";

    private static long Microseconds(long ticks) => (long)Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
}
