// What a benchmark measured: a table on the screen, JSON under artifacts/bench/.
using System.Text.Json;
using MaaS.Contracts;

namespace MaaS.Benchmarks;

internal sealed record Figure(string Case, string Metric, double Value, string Unit);

internal sealed class Results
{
    private readonly string _path;
    private readonly List<Figure> _results = [];

    public Results(string name) => _path = Path.Combine(Directory.CreateDirectory(Path.Combine("artifacts", "bench")).FullName, $"{name}.json");

    /// <summary>Takes over what the file holds from earlier: measuring a part again keeps the rest.</summary>
    public Results KeepEarlier()
    {
        if (File.Exists(_path))
            _results.AddRange(JsonSerializer.Deserialize<Written>(File.ReadAllText(_path), MaaSJson.Options)!.Results);
        return this;
    }

    /// <param name="named">The case and its metric in one, for example <c>adult.accuracy</c>.</param>
    /// <param name="bar">What the project promised, for the screen.</param>
    public void Add(string named, double value, string unit, string bar)
    {
        _results.RemoveAll(before => before.Case == named);
        _results.Add(new(named, named[(named.IndexOf('.') + 1)..], value, unit));
        Console.WriteLine($"{named,-34}{value,14:0.########} {unit,-12} bar: {bar}");
    }

    /// <summary>What was measured under this name, now or earlier.</summary>
    public double? this[string named] => _results.Find(one => one.Case == named)?.Value;

    public void Save()
    {
        File.WriteAllText(_path, JsonSerializer.Serialize(new Written(_results), new JsonSerializerOptions(MaaSJson.Options) { WriteIndented = true }));
        Console.WriteLine($"written to {Path.GetRelativePath(Environment.CurrentDirectory, _path)}");
    }

    private sealed record Written(IReadOnlyList<Figure> Results);
}
