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

    /// <summary>Null when the value is stored; else what it is not.</summary>
    public static string? Put(JsonElement value, Array to, int at) => to switch
    {
        float[] elements => Real(value, number => elements[at] = (float)number),
        double[] elements => Real(value, number => elements[at] = number),
        Float16[] elements => Real(value, number => elements[at] = (Float16)(float)number),
        bool[] elements when value.ValueKind is JsonValueKind.True or JsonValueKind.False => Stored(elements[at] = value.GetBoolean()),
        bool[] => "true or false",
        string[] elements when value.ValueKind == JsonValueKind.String => Text(value, elements, at),
        string[] => "a text",
        _ => Whole(value, to, at),
    };

    public static OrtValue Tensor(Array elements, long[] shape)
    {
        switch (elements)
        {
            case float[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case double[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case Float16[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case long[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case int[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case short[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case sbyte[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case ulong[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case uint[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case ushort[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case byte[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
            case bool[] own: return OrtValue.CreateTensorValueFromMemory(own, shape);
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

    public static void Write(Utf8JsonWriter json, Array elements, int at)
    {
        switch (elements)
        {
            case string[] texts: json.WriteStringValue(texts[at]); break;
            case bool[] truths: json.WriteBooleanValue(truths[at]); break;
            case float[] numbers when float.IsFinite(numbers[at]): json.WriteNumberValue(numbers[at]); break;
            case double[] numbers when double.IsFinite(numbers[at]): json.WriteNumberValue(numbers[at]); break;
            case Float16[] numbers when float.IsFinite((float)numbers[at]): json.WriteNumberValue((float)numbers[at]); break;
            // JSON has no NaN and no infinity; their names in a string stand for them, as elsewhere in the API.
            case float[] or double[] or Float16[]: json.WriteStringValue(Convert.ToDouble(Number(elements, at), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)); break;
            case ulong[] numbers: json.WriteNumberValue(numbers[at]); break;
            default: json.WriteNumberValue(Convert.ToInt64(elements.GetValue(at), CultureInfo.InvariantCulture)); break;
        }
    }

    private static object Number(Array elements, int at) => elements is Float16[] halves ? (float)halves[at] : elements.GetValue(at)!;

    private static string? Stored<T>(T _) => null;

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

    private static string? Text(JsonElement value, string[] to, int at)
    {
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
