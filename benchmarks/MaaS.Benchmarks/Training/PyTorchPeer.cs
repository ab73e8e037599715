// PyTorch on the same machine, in a process of its own, when `python3 -c "import torch"` works.
using System.Diagnostics;
using System.Globalization;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class PyTorchPeer
{
    private const string Script = "benchmarks/peers/pytorch/gpt.py";

    /// <returns>The better of one and two threads, and PyTorch's version; null, after a word on the screen, where it is not there.</returns>
    public static (double TokensPerSecond, string Version)? TokensPerSecond(GptNetwork spec, int vocabulary, int batch)
    {
        if (!File.Exists(Script) || Output("-c", "import torch; print(torch.__version__)") is not { } version)
        {
            Console.WriteLine("left out: gpt.vs_pytorch, there is no PyTorch here (Debian: python3-torch with libopenblas0-pthread)");
            return null;
        }
        var speeds = new[] { 1, 2 }.Select(threads => Output(
            Script, $"{threads}", $"{spec.Layers}", $"{spec.Heads}", $"{spec.Width}", $"{spec.Context}", $"{vocabulary}", $"{batch}", LanguageBench.IsShort ? "20" : "200"));
        return (speeds.Max(speed => double.Parse(speed ?? "0", CultureInfo.InvariantCulture)), version);
    }

    private static string? Output(params string[] arguments)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, _) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
            python.WaitForExit();
            return python.ExitCode == 0 ? output.GetAwaiter().GetResult().Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
