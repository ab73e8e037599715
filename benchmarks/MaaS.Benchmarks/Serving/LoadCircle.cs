// Which of several callers has an answer to read: poll(2), which one thread asks for all of them.
using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Serving;

internal sealed partial class LoadCircle(IReadOnlyList<LoadCaller> callers)
{
    private const short Readable = 1; // POLLIN
    private const int MostMilliseconds = 100;

    private readonly Watched[] _watched = new Watched[callers.Count];

    /// <summary>Waits a moment for an answer.</summary>
    /// <returns>Those who have one, whose connection broke, or who have none.</returns>
    public IEnumerable<LoadCaller> Ready()
    {
        var isAway = false;
        for (var i = 0; i < _watched.Length; i++)
        {
            _watched[i] = new() { File = (int?)callers[i].Socket?.Handle ?? -1, Events = Readable };
            isAway |= _watched[i].File < 0;
        }
        _ = Poll(_watched, (nuint)_watched.Length, isAway ? 0 : MostMilliseconds);
        for (var i = 0; i < _watched.Length; i++)
            if (_watched[i].File < 0 || _watched[i].Found != 0)
                yield return callers[i];
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll([In, Out] Watched[] files, nuint count, int milliseconds);

    private struct Watched
    {
        public int File;
        public short Events;
        public short Found;
    }
}
