// The rows of a long list, fetched in blocks as they come into sight and kept. Knows places, not what is in a row.
using MaaS.Contracts.Experiments;

namespace MaaS.Web.Experiments;

/// <param name="fetch">Of how many to skip and how many to take.</param>
public sealed class RowWindow(Func<int, int, CancellationToken, Task<RunRows>> fetch)
{
    public const int Block = 100;

    private readonly Dictionary<int, Task<RunRows>> _blocks = [];

    /// <summary>How many rows the list has; 0 until the first are there.</summary>
    public int Total { get; private set; }

    /// <summary>Rows that have been fetched.</summary>
    public IEnumerable<RunRow> Known => _blocks.Values.Where(block => block.IsCompletedSuccessfully).SelectMany(block => block.Result.Items);

    /// <summary>Rows from <paramref name="start"/> on. The block after them is asked for too: who scrolls, scrolls on.</summary>
    public async Task<IReadOnlyList<RunRow>> Take(int start, int count, CancellationToken token)
    {
        var last = (start + Math.Max(count, 1) - 1) / Block;
        var blocks = await Task.WhenAll(Enumerable.Range(start / Block, last - (start / Block) + 1).Select(Fetch)).WaitAsync(token);
        if ((last + 1) * Block < Total)
            _ = Fetch(last + 1);
        return [.. blocks.SelectMany(block => block.Items).Skip(start % Block).Take(count)];
    }

    /// <summary>Forgets the rows, not how many there are: they are fetched again when they come into sight.</summary>
    public void Forget() => _blocks.Clear();

    private Task<RunRows> Fetch(int block)
    {
        if (_blocks.TryGetValue(block, out var asked) && !asked.IsFaulted && !asked.IsCanceled)
            return asked;
        return _blocks[block] = Ask();

        async Task<RunRows> Ask()
        {
            var rows = await fetch(block * Block, Block, CancellationToken.None);
            Total = rows.Total;
            return rows;
        }
    }
}
