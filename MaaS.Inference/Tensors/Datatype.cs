// The element types of tensors, by the names the Open Inference Protocol gives them.
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaaS.Inference.Tensors;

public enum Datatype { Bool, UInt8, UInt16, UInt32, UInt64, Int8, Int16, Int32, Int64, FP16, BF16, FP32, FP64, Bytes }

public static class Datatypes
{
    private static readonly (string Name, int Bytes, TensorElementType Onnx)[] s_known =
    [
        ("BOOL", 1, TensorElementType.Bool),
        ("UINT8", 1, TensorElementType.UInt8), ("UINT16", 2, TensorElementType.UInt16),
        ("UINT32", 4, TensorElementType.UInt32), ("UINT64", 8, TensorElementType.UInt64),
        ("INT8", 1, TensorElementType.Int8), ("INT16", 2, TensorElementType.Int16),
        ("INT32", 4, TensorElementType.Int32), ("INT64", 8, TensorElementType.Int64),
        ("FP16", 2, TensorElementType.Float16), ("BF16", 2, TensorElementType.BFloat16),
        ("FP32", 4, TensorElementType.Float), ("FP64", 8, TensorElementType.Double),
        ("BYTES", 0, TensorElementType.String),
    ];

    public static string Name(this Datatype type) => s_known[(int)type].Name;

    /// <summary>Bytes of one element; 0 for <see cref="Datatype.Bytes"/>, whose elements are of any length.</summary>
    public static int Size(this Datatype type) => s_known[(int)type].Bytes;

    internal static TensorElementType Onnx(this Datatype type) => s_known[(int)type].Onnx;

    /// <returns>Null for a type that the protocol has no name for.</returns>
    internal static Datatype? Of(TensorElementType onnx) =>
        Array.FindIndex(s_known, known => known.Onnx == onnx) is var index and >= 0 ? (Datatype)index : null;
}
