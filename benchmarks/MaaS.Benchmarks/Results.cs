// What a benchmark measured: a table on the screen, JSON under artifacts/bench/.
using System.Text.Json;
using MaaS.Contracts;

namespace MaaS.Benchmarks;

internal sealed record Measurement(string Case, string Metric, double Value, string Unit);

internal sealed class Results(string name)
{
    private readonly List<Measurement> _results = [];

    /// <param name="named">The case and its metric in one, for example <c>adult.accuracy</c>.</param>
    /// <param name="bar">What the project promised, for the screen.</param>
    public void Add(string named, double value, string unit, string bar)
    {
        _results.Add(new(named, named[(named.IndexOf('.') + 1)..], value, unit));
        Console.WriteLine($"{named,-34}{value,14:0.####} {unit,-12} bar: {bar}");
    }

    public void Save()
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine("artifacts", "bench")).FullName, $"{name}.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { results = _results }, new JsonSerializerOptions(MaaSJson.Options) { WriteIndented = true }));
        Console.WriteLine($"written to {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
    }
}
