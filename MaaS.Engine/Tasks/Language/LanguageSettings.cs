// What the user left open for a language model, filled in with a sentence for the log; and how many threads are worth having.
using System.Globalization;
using MaaS.Contracts.Training;
using MaaS.Engine.Training;

namespace MaaS.Engine.Tasks.Language;

internal static class LanguageSettings
{
    // A step of 0.1 GFLOP takes some 2 ms on one core: handing half of it to another thread and back costs a tenth of that.
    private const double WorthAThread = 1e8;

    // Each has its own gradient: 16 of them for a network of 100 million parameters would be 6 GB.
    private const int MostThreads = 8;

    public static LanguageTraining Fill(LanguageTraining spec, IProgress<Report> progress)
    {
        var network = spec.Network ?? new GptNetwork();
        var optimizer = spec.Optimizer;
        if (optimizer is null)
        {
            optimizer = spec.From is null ? new MuonSpec() : new AdamWSpec();
            progress.Report(new Said(spec.From is null
                ? "optimizer muon: learns in fewer steps than adamw what a transformer of this size can learn"
                : "optimizer adamw: small steps from what is learned, where muon's are all of one size"));
        }
        optimizer = Derived.Rated(spec, optimizer, adam: 1, progress);
        var schedule = spec.Schedule;
        if (schedule is null)
        {
            schedule = new LinearSchedule();
            progress.Report(new Said("schedule linear to zero: the last, small steps are where a language model gains most"));
        }
        var batch = spec.BatchSize;
        if (batch is null)
        {
            batch = Math.Clamp(1024 / network.Context, 4, 64);
            progress.Report(new Said($"batch size {batch}: about a thousand tokens a step with a context of {network.Context}"));
        }
        return spec with
        {
            Network = network,
            Tokenizer = spec.Tokenizer ?? new TokenizerSpec(),
            Optimizer = optimizer,
            Schedule = schedule,
            BatchSize = batch,
            Epochs = Math.Min(spec.Epochs, spec.Steps),
        };
    }

    /// <summary>
    /// Of one step: 6 for each parameter that is multiplied with, and 12 L C T for attention, for each token (Chowdhery et al. 2022,
    /// arXiv:2204.02311, appendix B); a table of positions or tokens that is only looked up costs nothing, the tied head does.
    /// </summary>
    public static double StepFlops(GptNetwork network, long multiplied, int batch) =>
        (6.0 * multiplied + 12.0 * network.Layers * network.Width * network.Context) * network.Context * batch;

    /// <returns>How many threads, and why.</returns>
    public static (int Threads, string Reason) Threads(GptNetwork network, long multiplied, int batch)
    {
        var flops = StepFlops(network, multiplied, batch);
        var most = Math.Min(Math.Min(Environment.ProcessorCount, MostThreads), batch);
        var threads = (int)Math.Clamp(flops / WorthAThread, 1, most);
        return (threads, string.Create(CultureInfo.InvariantCulture,
            $"a step of {batch} windows is {flops / 1e9:g3} GFLOP; {(threads > 1 ? $"each of {threads} threads takes its share of the windows" : "too little to share, or no core to share with")}"));
    }
}
