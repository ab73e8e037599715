// Answers that deployments keep, on their way to PostgreSQL: every second, and once more at the end. While it is away they wait, up to a number;
// what comes then is not kept, and the log says how much that was.
using System.Collections.Concurrent;
using MaaS.Catalog;
using MaaS.Catalog.Deployments;

namespace MaaS.Api.Inference.Answers;

internal sealed class KeptAnswers(AnswerStore store, TimeProvider clock, ILogger<KeptAnswers> logger) : PeriodicStore(TimeSpan.FromSeconds(1), clock)
{
    private const int MostWaitingRows = 200_000;

    private readonly ConcurrentQueue<KeptAnswer> _waiting = new();
    private readonly SemaphoreSlim _storing = new(1);
    private long _rows, _lost;

    public TimeProvider Clock { get; } = clock;

    public void Add(KeptAnswer answer)
    {
        if (Volatile.Read(ref _rows) >= MostWaitingRows)
        {
            Lose();
            return;
        }
        Interlocked.Add(ref _rows, Rows(answer));
        _waiting.Enqueue(answer);
    }

    /// <summary>One more answer is not kept.</summary>
    public void Lose() => Interlocked.Increment(ref _lost);

    /// <summary>For whoever is about to look for answers that were given a moment ago.</summary>
    public Task Flush(CancellationToken token) => Store(token);

    protected override async Task Store(CancellationToken token)
    {
        await _storing.WaitAsync(token);
        try
        {
            if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
                logger.LogWarning("The answers of {Requests} requests were not kept: more came than could be stored", lost);
            // Of two answers with one id the later counts.
            var due = _waiting.GroupBy(answer => (answer.DeploymentId, answer.RequestId)).ToDictionary(same => same.Key, same => (Newest: same.Last(), Count: same.Count()));
            if (due.Count == 0)
                return;
            var taken = due.Values.Sum(one => one.Count);
            if (await Stored([.. due.Values.Select(one => one.Newest)], token))
                for (; taken > 0 && _waiting.TryDequeue(out var stored); taken--)
                    Interlocked.Add(ref _rows, -Rows(stored));
        }
        finally
        {
            _storing.Release();
        }
    }

    /// <returns>False when it is to be tried again.</returns>
    private async Task<bool> Stored(IReadOnlyCollection<KeptAnswer> answers, CancellationToken token)
    {
        try
        {
            await store.Add(answers, token);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (Outage.Is(error))
                return false;
            logger.LogError(error, "The answers of {Requests} requests could not be kept", answers.Count);
            return true; // the same again would fail again, and hold up all others
        }
    }

    private static int Rows(KeptAnswer answer) => answer.Labels?.Length ?? answer.Numbers?.Length ?? 0;
}
