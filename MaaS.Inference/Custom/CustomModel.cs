// Requests to a model made elsewhere: the graph's own inputs by name, row by row; its outputs by name come back. A row is one call of the
// graph, because only its maker knows whether rows may be stacked.
using System.Text.Json;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Custom;

/// <param name="Shape">As the graph takes it.</param>
/// <param name="IsRow">Whether it was sent without the dimension of the rows, which is then left out of the answer too.</param>
internal sealed record GivenTensor(TensorType Type, Array Elements, long[] Shape, bool IsRow);

internal sealed class CustomModel(ModelManifest manifest)
{
    /// <summary>Numbers of one answer; as JSON some 20 MB.</summary>
    private const long MostAnswered = 1_000_000;

    private const int MostProblems = 10;

    /// <summary>A graph may loop for ever on some inputs; the server has other callers.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static CustomModel? For(ModelManifest manifest) => manifest.Task == ModelTask.Custom ? new CustomModel(manifest) : null;

    /// <param name="run">The graph's inputs in the manifest's order to its outputs.</param>
    /// <exception cref="InputError">With up to ten problems.</exception>
    public IReadOnlyList<Prediction> Answer(
        IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, Func<RunOptions, IReadOnlyCollection<OrtValue>, IDisposableReadOnlyCollection<OrtValue>> run)
    {
        var problems = new List<string>();
        if (rows.Count == 0)
            problems.Add("rows: at least one row is needed.");
        var requests = new List<GivenTensor[]>();
        for (var row = 0; row < rows.Count && problems.Count < MostProblems; row++)
            if (rows[row] is null)
                problems.Add($"rows[{row}]: null is not a row; send an object.");
            else if (Read(rows[row], $"rows[{row}]", problems) is { } request)
                requests.Add(request);
        return problems.Count == 0
            ? [.. requests.Select((request, row) => One(request, row, run))]
            : throw new InputError([.. problems.Take(MostProblems)]);
    }

    /// <summary>One call whose answer nobody reads.</summary>
    /// <param name="row">One array per input; its first open dimension is 1, the next takes what is left.</param>
    public void Ask(IReadOnlyList<Array> row, Func<RunOptions, IReadOnlyCollection<OrtValue>, IDisposableReadOnlyCollection<OrtValue>> run)
    {
        using var options = new RunOptions();
        var values = row.Zip(manifest.Inputs, (elements, input) => Elements.Tensor(input.Type, elements, Shape(input.Shape, elements.Length))).ToArray();
        try
        {
            run(options, values).Dispose();
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    private static long[] Shape(IReadOnlyList<long> open, int length)
    {
        long[] shape = [.. open];
        var known = shape.Where(size => size > 0).Aggregate(1L, (product, size) => product * size);
        var last = Array.FindLastIndex(shape, size => size < 0);
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] < 0)
                shape[i] = i == last ? length / known : 1;
        return shape;
    }

    /// <summary>Null when there is a problem.</summary>
    private GivenTensor[]? Read(IReadOnlyDictionary<string, JsonElement> row, string place, List<string> problems)
    {
        var before = problems.Count;
        foreach (var name in row.Keys.Where(name => manifest.Inputs.All(input => input.Name != name)))
            problems.Add($"{place}.{(name.Length <= 60 ? name : $"{name[..60]}...")}: the model has no such input; it takes {string.Join(", ", manifest.Inputs.Select(Described))}.");
        var given = new List<GivenTensor>();
        foreach (var input in manifest.Inputs)
            if (!row.TryGetValue(input.Name, out var value))
                problems.Add($"{place}.{input.Name}: is missing; send {Described(input)}.");
            else if (Read(input, value, out var problem) is { } tensor)
                given.Add(tensor);
            else
                problems.Add($"{place}.{input.Name}{problem}");
        return problems.Count == before ? [.. given] : null;
    }

    private static GivenTensor? Read(ModelInput input, JsonElement value, out string? problem)
    {
        (var elements, var given, problem) = NestedList.Read(value, input.Type);
        if (problem is not null)
            return null;
        var isRow = given.Length == input.Shape.Count - 1 && input.Shape[0] is -1 or 1;
        var shape = isRow ? [1, .. given] : given;
        if (shape.Length != input.Shape.Count)
            problem = $": it is {(given.Length == 0 ? "one value" : given.Length == 1 ? "a list" : $"lists in lists, {given.Length} deep")}; send {Described(input)}.";
        for (var i = 0; problem is null && i < shape.Length; i++)
            if (input.Shape[i] >= 0 && shape[i] != input.Shape[i])
                problem = $": a list has {shape[i]} elements where {input.Shape[i]} are taken; send {Described(input)}.";
        return problem is null ? new GivenTensor(input.Type, elements!, shape, isRow) : null;
    }

    private Prediction One(GivenTensor[] request, int row, Func<RunOptions, IReadOnlyCollection<OrtValue>, IDisposableReadOnlyCollection<OrtValue>> run)
    {
        var isRow = request.Any(tensor => tensor.IsRow) && request.All(tensor => tensor.IsRow || tensor.Shape.Length == 0);
        var values = new List<OrtValue>();
        using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL }; // what a row is refused for is the caller's to know, not the log's
        try
        {
            foreach (var tensor in request)
                values.Add(Elements.Tensor(tensor.Type, tensor.Elements, tensor.Shape));
            using var timer = new Timer(_ => options.Terminate = true, null, s_patience, Timeout.InfiniteTimeSpan);
            using var outputs = run(options, values);
            return new Prediction(Outputs: manifest.Outputs.Zip(outputs, (output, value) => (output.Name, Value: Written(output, value, isRow))).ToDictionary(output => output.Name, output => output.Value));
        }
        catch (OnnxRuntimeException failed)
        {
            throw new InputError([options.Terminate ? $"rows[{row}]: the model did not end within {s_patience.TotalSeconds} seconds, and was stopped." : $"rows[{row}]: the model could not compute it: {failed.Message}"]);
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    private static JsonElement Written(ModelOutput output, OrtValue value, bool isRow)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        if (shape.Aggregate(1L, (product, size) => product * size) > MostAnswered)
            throw new InputError([$"The output \"{output.Name}\" has the shape [{string.Join(", ", shape)}]; at most {MostAnswered:N0} numbers can be answered."]);
        return NestedList.Write(output.Type, Elements.Of(value, output.Type), isRow && shape is [1, ..] ? shape.AsSpan(1) : shape);
    }

    /// <summary>"x (float32, a list of 4)": without the dimension of the rows, as it is sent.</summary>
    private static string Described(ModelInput input)
    {
        var row = input.Shape is [-1 or 1, ..] ? input.Shape.Skip(1) : input.Shape;
        var lists = string.Join(" lists of ", row.Select(size => size < 0 ? "any number" : $"{size}"));
        return $"{input.Name} ({input.Type.ToString().ToLowerInvariant()}, {(lists.Length == 0 ? "one value" : $"a list of {lists}")})";
    }
}
