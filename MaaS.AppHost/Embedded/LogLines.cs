// Prints the lines of many processes as one readable log: who speaks, padded, in a colour when a terminal reads it.
// It does not know what the lines mean.
namespace MaaS.AppHost.Embedded;

internal sealed class LogLines(string name)
{
    private const int NameWidth = 8;

    private static readonly bool _colored =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    // Cyan, green, yellow, magenta, blue: readable on a light and on a dark terminal.
    private static readonly int[] _colors = [36, 32, 33, 35, 34];
    private static int _speakers;

    private readonly string _prefix = _colored
        ? $"\e[{_colors[Interlocked.Increment(ref _speakers) % _colors.Length]}m{name.PadRight(NameWidth)}\e[0m| "
        : $"{name.PadRight(NameWidth)}| ";

    /// <summary>One line, printed whole: lines of different speakers never mix. Null, the end of a stream, prints nothing.</summary>
    public void Say(string? line)
    {
        if (line is null)
            return;
        try
        {
            Console.Out.WriteLine(_prefix + line);
        }
        catch (IOException)
        {
            // Whoever read our output has gone (a closed pipe); the services must go on all the same.
        }
    }
}
