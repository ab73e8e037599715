// The elements of tensors: the .NET type of each kind, and how one is read from JSON and written to it.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts.Models;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Inference.Custom;

internal static class Elements
{
    public static Type Clr(TensorType type) => type switch
    {
        TensorType.Float64 => typeof(double),
        TensorType.Float16 => typeof(Float16),
        TensorType.Int64 => typeof(long),
        TensorType.Int32 => typeof(int),
        TensorType.Int16 => typeof(short),
        TensorType.Int8 => typeof(sbyte),
        TensorType.UInt64 => typeof(ulong),
        TensorType.UInt32 => typeof(uint),
        TensorType.UInt16 => typeof(ushort),
        TensorType.UInt8 => typeof(byte),
        TensorType.Bool => typeof(bool),
        TensorType.String => typeof(string),
        _ => typeof(float),
    };

    // By the kind and not by the array: to .NET a long[] is also a ulong[].

    /// <summary>Null when the value is stored; else what it is not.</summary>
    public static string? Put(JsonElement value, TensorType type, Array to, int at) => type switch
    {
        TensorType.Float32 => Real(value, number => ((float[])to)[at] = (float)number),
        TensorType.Float64 => Real(value, number => ((double[])to)[at] = number),
        TensorType.Float16 => Real(value, number => ((Float16[])to)[at] = (Float16)(float)number),
        TensorType.Bool => Truth(value, (bool[])to, at),
        TensorType.String => Text(value, (string[])to, at),
        _ => Whole(value, to, at),
    };

    public static OrtValue Tensor(TensorType type, Array elements, long[] shape)
    {
        OrtValue Of<T>() where T : unmanaged => OrtValue.CreateTensorValueFromMemory((T[])elements, shape);
        switch (type)
        {
            case TensorType.Float64: return Of<double>();
            case TensorType.Float16: return Of<Float16>();
            case TensorType.Int64: return Of<long>();
            case TensorType.Int32: return Of<int>();
            case TensorType.Int16: return Of<short>();
            case TensorType.Int8: return Of<sbyte>();
            case TensorType.UInt64: return Of<ulong>();
            case TensorType.UInt32: return Of<uint>();
            case TensorType.UInt16: return Of<ushort>();
            case TensorType.UInt8: return Of<byte>();
            case TensorType.Bool: return Of<bool>();
            case TensorType.Float32: return Of<float>();
            default:
                var tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
                for (var i = 0; i < elements.Length; i++)
                    tensor.StringTensorSetElementAt(((string[])elements)[i].AsSpan(), i);
                return tensor;
        }
    }

    public static Array Of(OrtValue tensor, TensorType type) => type switch
    {
        TensorType.Float64 => tensor.GetTensorDataAsSpan<double>().ToArray(),
        TensorType.Float16 => tensor.GetTensorDataAsSpan<Float16>().ToArray(),
        TensorType.Int64 => tensor.GetTensorDataAsSpan<long>().ToArray(),
        TensorType.Int32 => tensor.GetTensorDataAsSpan<int>().ToArray(),
        TensorType.Int16 => tensor.GetTensorDataAsSpan<short>().ToArray(),
        TensorType.Int8 => tensor.GetTensorDataAsSpan<sbyte>().ToArray(),
        TensorType.UInt64 => tensor.GetTensorDataAsSpan<ulong>().ToArray(),
        TensorType.UInt32 => tensor.GetTensorDataAsSpan<uint>().ToArray(),
        TensorType.UInt16 => tensor.GetTensorDataAsSpan<ushort>().ToArray(),
        TensorType.UInt8 => tensor.GetTensorDataAsSpan<byte>().ToArray(),
        TensorType.Bool => tensor.GetTensorDataAsSpan<bool>().ToArray(),
        TensorType.String => tensor.GetStringTensorAsArray(),
        _ => tensor.GetTensorDataAsSpan<float>().ToArray(),
    };

    public static void Write(Utf8JsonWriter json, TensorType type, Array elements, int at)
    {
        switch (type)
        {
            case TensorType.String: json.WriteStringValue(((string[])elements)[at]); break;
            case TensorType.Bool: json.WriteBooleanValue(((bool[])elements)[at]); break;
            case TensorType.Float32 when float.IsFinite(((float[])elements)[at]): json.WriteNumberValue(((float[])elements)[at]); break;
            case TensorType.Float32: NotFinite(((float[])elements)[at]); break;
            case TensorType.Float64 when double.IsFinite(((double[])elements)[at]): json.WriteNumberValue(((double[])elements)[at]); break;
            case TensorType.Float64: NotFinite(((double[])elements)[at]); break;
            case TensorType.Float16 when float.IsFinite((float)((Float16[])elements)[at]): json.WriteNumberValue((float)((Float16[])elements)[at]); break;
            case TensorType.Float16: NotFinite((float)((Float16[])elements)[at]); break;
            case TensorType.UInt64: json.WriteNumberValue(((ulong[])elements)[at]); break;
            default: json.WriteNumberValue(Convert.ToInt64(elements.GetValue(at), CultureInfo.InvariantCulture)); break;
        }

        // JSON has no NaN and no infinity; their names in a string stand for them, as elsewhere in the API.
        void NotFinite(double number) => json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Real(JsonElement value, Action<double> put)
    {
        double number;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetDouble(out number): break;
            case JsonValueKind.Null: number = double.NaN; break;
            case JsonValueKind.String when value.ValueEquals("NaN"): number = double.NaN; break;
            case JsonValueKind.String when value.ValueEquals("Infinity"): number = double.PositiveInfinity; break;
            case JsonValueKind.String when value.ValueEquals("-Infinity"): number = double.NegativeInfinity; break;
            default: return "a number";
        }
        put(number);
        return null;
    }

    private static string? Truth(JsonElement value, bool[] to, int at)
    {
        to[at] = value.ValueKind == JsonValueKind.True;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false";
    }

    private static string? Text(JsonElement value, string[] to, int at)
    {
        if (value.ValueKind != JsonValueKind.String)
            return "a text";
        try
        {
            to[at] = value.GetString()!;
            return null;
        }
        catch (InvalidOperationException)
        {
            return "whole characters"; // a lone surrogate such as "\ud800"
        }
    }

    private static string? Whole(JsonElement value, Array to, int at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number))
            try
            {
                to.SetValue(Convert.ChangeType(number, to.GetType().GetElementType()!, CultureInfo.InvariantCulture), at);
                return null;
            }
            catch (OverflowException)
            {
                // said below
            }
        return $"a whole number of {to.GetType().GetElementType()!.Name.ToLowerInvariant()}";
    }
}
