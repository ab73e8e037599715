// The classification extension: instead of an output's numbers the best few of each row, each as the text "value:index" or, where the
// index has a label, "value:index:label".
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class Classification
{
    /// <summary>Replaces the numbers of every output that was asked for so; the texts lie in the exchange's buffer.</summary>
    /// <exception cref="ServingError">An output has no numbers to choose among.</exception>
    public static void Apply(InferExchange exchange, GraphSignature signature, IReadOnlyList<string>? labels)
    {
        for (var i = 0; i < exchange.Wanted.Count; i++)
            if (exchange.Wanted[i] is { Classes: > 0 } wanted)
                exchange.Wanted[i] = wanted with { Classes = Apply(exchange, wanted, signature.Outputs[wanted.Index], labels, out var texts), Texts = texts };
    }

    /// <returns>How many classes of each row there are.</returns>
    private static int Apply(InferExchange exchange, WantedOutput wanted, TensorInfo info, IReadOnlyList<string>? labels, out Range texts)
    {
        var call = exchange.Call;
        if (info.Datatype == Datatype.Bytes || info.RowElements == 0 || call.OutputElements(wanted.Index) == 0)
            throw new ServingError(ServingStatus.Invalid, $"output '{info.Name}' cannot be asked for by 'classification': it is not numbers of a fixed length a row.");
        var values = Numbers(call.Output(wanted.Index), info.Datatype);
        var classes = Math.Min(wanted.Classes, info.RowElements);
        var begin = exchange.Data.WrittenCount;
        foreach (var row in values.Chunk(info.RowElements))
            foreach (var index in Enumerable.Range(0, row.Length).OrderByDescending(index => row[index]).Take(classes))
                Write(exchange.Data, string.Create(CultureInfo.InvariantCulture, $"{row[index]}:{index}{(labels?.Count == row.Length ? $":{labels[index]}" : "")}"));
        texts = begin..exchange.Data.WrittenCount;
        return classes;
    }

    private static void Write(ArrayBufferWriter<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), bytes.Length);
        to.Advance(sizeof(int));
        to.Write(bytes);
    }

    private static double[] Numbers(ReadOnlySpan<byte> bytes, Datatype type) => type switch
    {
        Datatype.FP32 => Cast<float>(bytes, value => value),
        Datatype.FP64 => Cast<double>(bytes, value => value),
        Datatype.FP16 => Cast<Half>(bytes, value => (double)value),
        Datatype.Int64 => Cast<long>(bytes, value => value),
        Datatype.Int32 => Cast<int>(bytes, value => value),
        Datatype.Int8 => Cast<sbyte>(bytes, value => value),
        Datatype.UInt8 or Datatype.Bool => Cast<byte>(bytes, value => value),
        _ => throw new ServingError(ServingStatus.Unsupported, $"'classification' does not sort {type.Name()}."),
    };

    private static double[] Cast<T>(ReadOnlySpan<byte> bytes, Func<T, double> number) where T : struct =>
        Array.ConvertAll(MemoryMarshal.Cast<byte, T>(bytes).ToArray(), value => number(value));
}
