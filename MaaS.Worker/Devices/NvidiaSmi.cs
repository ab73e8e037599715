// Questions to the NVIDIA driver through its own tool. Without the tool, or a GPU, the answer is empty.
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace MaaS.Worker.Devices;

internal static class NvidiaSmi
{
    private static bool s_missing;

    /// <param name="fields">As in <c>nvidia-smi --help-query-gpu</c>, separated by commas.</param>
    /// <returns>One array of texts per GPU, in the order of the fields.</returns>
    public static async Task<IReadOnlyList<string[]>> Query(string fields, CancellationToken token)
    {
        if (s_missing)
            return [];
        var start = new ProcessStartInfo("nvidia-smi", [$"--query-gpu={fields}", "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var answer = await process.StandardOutput.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            return process.ExitCode != 0
                ? []
                : answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
                    .ToList();
        }
        catch (Win32Exception)
        {
            s_missing = true;
            return [];
        }
    }

    /// <summary>NaN for what the driver does not support ("[N/A]").</summary>
    public static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
