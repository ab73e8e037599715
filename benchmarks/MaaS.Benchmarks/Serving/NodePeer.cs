// fastify with onnxruntime-node, the way a web team would serve the same file: JSON, one row, the same callers. Its packages come from npm
// without running their scripts; onnxruntime-node brings its CPU runtime with it.
using System.Diagnostics;

namespace MaaS.Benchmarks.Serving;

internal static class NodePeer
{
    public static async Task Measure(ServingRig rig, Results results)
    {
        var peer = Path.GetFullPath(Path.Combine("benchmarks", "peers", "node"));
        var installed = Directory.CreateDirectory(Path.Combine("artifacts", "peers", "node")).FullName;
        foreach (var file in Directory.GetFiles(peer))
            File.Copy(file, Path.Combine(installed, Path.GetFileName(file)), overwrite: true);
        if (!await Ran("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", installed]))
        {
            Console.WriteLine("left out: npm cannot install fastify and onnxruntime-node here");
            return;
        }
        var onnx = Perceptron.Tiny.Write(rig.Folder);
        var port = ServedApi.FreePort();
        using var server = Process.Start(new ProcessStartInfo("node", [Path.Combine(installed, "server.js"), onnx, $"{port}"]))!;
        try
        {
            using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
            await TinyBench.Answers(http);
            var request = Perceptron.Tiny.HttpRequest("tiny", rig.Key, binary: false);
            var node = await ServingRig.Median(rig.Plan(request, 16) with { Port = port, Server = server.Id });
            await rig.DeployOnce("tiny", Perceptron.Tiny);
            var ours = await rig.Http(request, 16);
            results.Add("node_us", node.ServerMicroseconds, "us", "none");
            results.Add("vs_node", node.ServerMicroseconds / ours.ServerMicroseconds, "times", ">= 3");
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<bool> Ran(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
