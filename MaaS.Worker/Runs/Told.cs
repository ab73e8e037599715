// What the engine says of a job that fills no run: its log and its progress.
using MaaS.Engine;

namespace MaaS.Worker.Runs;

internal sealed class Told(Heartbeat heartbeat) : IProgress<Report>
{
    public void Report(Report value)
    {
        switch (value)
        {
            case Said said: Console.WriteLine(said.Line); break;
            case Advanced advanced: heartbeat.Report(advanced.Fraction, advanced.Phase); break;
        }
    }
}
