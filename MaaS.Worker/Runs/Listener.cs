// What the engine says of a job that fills a run: its series, its log and its progress.
using MaaS.Engine;

namespace MaaS.Worker.Runs;

internal sealed class Listener(MetricReporter reporter, Heartbeat heartbeat) : IProgress<Report>
{
    private readonly Told _told = new(heartbeat);

    public void Report(Report value)
    {
        if (value is Measured point)
            reporter.Report(point.Key, point.Step, point.Value);
        else
            _told.Report(value);
    }
}
