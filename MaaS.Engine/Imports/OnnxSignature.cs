// What a graph from elsewhere takes and gives, as a manifest says it.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Imports;

internal static class OnnxSignature
{
    /// <summary>The graph's inputs, but not the constants that older files list among them.</summary>
    /// <exception cref="UserError">An input is no tensor, of a type or of a rank that cannot be sent.</exception>
    public static IReadOnlyList<ModelInput> Inputs(GraphProto graph)
    {
        var constants = graph.Initializer.Select(tensor => tensor.Name).Concat(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? "")).ToHashSet(StringComparer.Ordinal);
        ModelInput[] inputs = [.. graph.Input.Where(input => !constants.Contains(input.Name)).Select(Input)];
        return inputs.Length > 0 ? inputs : throw new UserError("The model takes no input, so it always answers the same.");
    }

    /// <exception cref="UserError">An output is no tensor, or of a type that cannot be answered.</exception>
    public static IReadOnlyList<ModelOutput> Outputs(GraphProto graph) => graph.Output.Count > 0
        ? [.. graph.Output.Select(output => new ModelOutput(output.Name, TypeOf(output, "output"), Shape(output.Type.TensorType.Shape)))]
        : throw new UserError("The model gives no output.");

    private static ModelInput Input(ValueInfoProto input)
    {
        var type = TypeOf(input, "input");
        if (input.Type.TensorType.Shape is not { } shape)
            throw new UserError($"The input \"{input.Name}\" has no shape; export the model with one (its sizes may be left open, their number not).");
        return new ModelInput(input.Name, type switch
        {
            TensorType.String => ColumnType.Text,
            TensorType.Bool => ColumnType.Boolean,
            TensorType.Float16 or TensorType.Float32 or TensorType.Float64 => ColumnType.Number,
            _ => ColumnType.Integer,
        }, type, Shape(shape));
    }

    private static long[] Shape(TensorShapeProto? shape) => [.. (shape?.Dim ?? []).Select(size => size.DimValue > 0 ? size.DimValue : -1)];

    private static TensorType TypeOf(ValueInfoProto value, string what) => value.Type?.ValueCase != TypeProto.ValueOneofCase.TensorType
        ? throw new UserError($"The {what} \"{value.Name}\" is a {(value.Type?.ValueCase ?? default).ToString().Replace("Type", "", StringComparison.Ordinal).ToLowerInvariant()}, not a tensor; export the model so that it takes and gives tensors.")
        : (DataType)value.Type.TensorType.ElemType switch
        {
            DataType.Float => TensorType.Float32,
            DataType.Double => TensorType.Float64,
            DataType.Float16 => TensorType.Float16,
            DataType.Int64 => TensorType.Int64,
            DataType.Int32 => TensorType.Int32,
            DataType.Int16 => TensorType.Int16,
            DataType.Int8 => TensorType.Int8,
            DataType.Uint64 => TensorType.UInt64,
            DataType.Uint32 => TensorType.UInt32,
            DataType.Uint16 => TensorType.UInt16,
            DataType.Uint8 => TensorType.UInt8,
            DataType.Bool => TensorType.Bool,
            DataType.String => TensorType.String,
            var other => throw new UserError($"The {what} \"{value.Name}\" is of the element type {(int)other}, which JSON has no number for; cast it to float in the graph."),
        };
}
