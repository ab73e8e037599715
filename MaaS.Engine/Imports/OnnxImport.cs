// An ONNX file from elsewhere as a package: checked, its signature read, run on inputs made up for it, and run again to see that it answers
// the same. What it answered becomes the sample that proves it wherever it is loaded.
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using MaaS.Contracts.Models;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Inference;

namespace MaaS.Engine.Imports;

internal static class OnnxImport
{
    /// <summary>Numbers of one input; as JSON some megabytes, which is what a prediction may send.</summary>
    private const long MostSent = 1_000_000;

    /// <summary>Tried for the sizes that a graph leaves open, until one is neither too small nor too large for it.</summary>
    private static readonly long[] s_sizes = [1, 2, 8, 32, 64, 224];

    public static ModelManifest Run(string path, string name, string package, Lineage lineage, IProgress<Report> progress)
    {
        progress.Report(new Advanced(0.1, "checking the graph"));
        var model = Parse(path, name);
        OnnxCheck.Of(model, name);
        var onnx = Path.Combine(package, "model.onnx");
        var labels = ZipMaps.Remove(model);
        if (labels is null)
            File.Copy(path, onnx);
        else
            using (var file = File.Create(onnx))
                model.WriteTo(file);
        var manifest = new ModelManifest(
            1, ModelTask.Custom, OnnxSignature.Inputs(model.Graph), OnnxSignature.Outputs(model.Graph), labels, model.Graph.Output[0].Name, Training: null,
            ModelMetrics.None, Parameters(model.Graph), 0, 1e-4, 0, lineage, []);
        progress.Report(new Said($"takes {string.Join(", ", manifest.Inputs.Select(input => $"{input.Name} {input.Type.ToString().ToLowerInvariant()}[{string.Join(", ", input.Shape)}]"))}; gives {string.Join(", ", manifest.Outputs.Select(output => output.Name))}"));
        if (labels is not null)
            progress.Report(new Said($"its dictionary of probabilities is answered as a list, in the order {string.Join(", ", labels)}"));

        progress.Report(new Advanced(0.4, "running it for the first time"));
        using (var opened = Opened(onnx, manifest))
        {
            var (sample, size) = Answered(opened, manifest);
            manifest = ModelPackage.Close(package, manifest with { Stacks = Stacks(opened, model.Graph, manifest, size) }, sample);
        }
        try
        {
            Model.Load(package).Dispose();
        }
        catch (ModelLoadException otherwise)
        {
            throw new UserError($"The model does not answer the same twice, so nothing could ever be checked against it: {otherwise.Message}", otherwise);
        }
        return manifest;
    }

    private static ModelProto Parse(string path, string name)
    {
        try
        {
            using var file = File.OpenRead(path);
            return ModelProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw new UserError($"{name} is not an ONNX file, or it is cut off: {broken.Message}", broken);
        }
    }

    private static long Parameters(GraphProto graph) =>
        graph.Initializer.Where(tensor => tensor.DataType != (int)TensorProto.Types.DataType.String).Sum(tensor => tensor.Dims.Aggregate(1L, (product, size) => product * size));

    private static (ModelSample Sample, long Size) Answered(Model model, ModelManifest manifest)
    {
        InputError? first = null;
        foreach (var size in s_sizes)
        {
            var row = manifest.Inputs.ToDictionary(input => input.Name, input => MadeUp(input, size));
            try
            {
                return (new ModelSample([row], model.Predict([row])), size);
            }
            catch (InputError failed)
            {
                first ??= failed;
                if (manifest.Inputs.All(input => input.Shape.Skip(1).All(known => known > 0)))
                    break;
            }
        }
        throw new UserError($"The model cannot be run on inputs made up for it. {first!.Message}", first);
    }

    /// <summary>Whether rows of several callers may be computed together; a graph that chooses its way by its data may do so by that of all rows.</summary>
    private static bool Stacks(Model model, GraphProto graph, ModelManifest manifest, long size) =>
        manifest.Inputs.All(input => input.Shape is [-1, ..]) && manifest.Outputs.All(output => output.Shape is [-1, ..])
        && !graph.Node.Any(node => node.OpType is "If" or "Loop" or "Scan")
        && model.Stacks(manifest.Inputs.ToDictionary(input => input.Name, input => MadeUp(input, size)), manifest.Inputs.ToDictionary(input => input.Name, input => MadeUp(input, size, first: 41)));

    private static Model Opened(string onnx, ModelManifest manifest)
    {
        try
        {
            return Model.Open(onnx, manifest);
        }
        catch (ModelLoadException broken)
        {
            throw new UserError(broken.Message, broken);
        }
    }

    /// <summary>One row of the input: small numbers, whole numbers 1, the text "a".</summary>
    private static JsonElement MadeUp(ModelInput input, long size, int first = 0)
    {
        long[] shape = [.. (input.Shape is [-1 or 1, ..] ? input.Shape.Skip(1) : input.Shape).Select(known => known < 0 ? size : known)];
        if (shape.Aggregate(1.0, (product, one) => product * one) > MostSent)
            throw new UserError($"The input \"{input.Name}\" takes {string.Join(" x ", shape)} numbers; at most {MostSent:N0} can be sent in a prediction.");
        var next = first;
        return JsonSerializer.SerializeToElement(List(0));

        JsonNode List(int depth) => depth < shape.Length ? new JsonArray([.. Enumerable.Range(0, (int)shape[depth]).Select(_ => List(depth + 1))]) : input.Type switch
        {
            TensorType.String => "a",
            TensorType.Bool => true,
            TensorType.Float16 or TensorType.Float32 or TensorType.Float64 => next++ * 37 % 100 / 100m,
            _ => 1,
        };
    }
}
