// Columns of a friendly request as the tensors of a call, and a call's tensors as answers: the way into the queue that the open protocol's
// requests wait in too. Knows columns and tensors; nothing of JSON.
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MaaS.Contracts.Models;

namespace MaaS.Inference.Tensors;

internal static class RowTensors
{
    /// <param name="columns">One array of so many rows per input of the manifest, in its order.</param>
    public static void Fill(Call call, GraphSignature signature, ModelManifest manifest, IReadOnlyList<Array> columns, int rows)
    {
        call.Begin(signature.Inputs.Count);
        call.Rows = rows;
        for (var i = 0; i < columns.Count; i++)
        {
            var place = signature.Input(manifest.Inputs[i].Name);
            var input = call.Inputs[place];
            input.AddDimension(rows);
            foreach (var size in signature.Inputs[place].Shape.Skip(1))
                input.AddDimension(size);
            input.Data = new ReadOnlySequence<byte>(columns[i] switch
            {
                float[] numbers => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray(),
                long[] days => MemoryMarshal.AsBytes(days.AsSpan()).ToArray(),
                byte[] pixels => pixels,
                var texts => Texts((string[])texts),
            });
        }
    }

    /// <summary>Of a call that was answered, before it is released.</summary>
    public static Answers Read(Call call, GraphSignature signature, ModelManifest manifest)
    {
        var places = manifest.Outputs.Select(output => signature.Output(output.Name)).ToArray();
        return places.Length == 1 ? new(null, null, Numbers(places[0])) : new(Labels(places[0]), Numbers(places[1]), null);

        float[] Numbers(int output) => MemoryMarshal.Cast<byte, float>(call.Output(output)).ToArray();
        string[] Labels(int output) => [.. Enumerable.Range(0, call.OutputElements(output)).Select(row => Encoding.UTF8.GetString(call.OutputText(output, row)))];
    }

    /// <summary>Each text as its length in four bytes, and its UTF-8.</summary>
    private static byte[] Texts(string[] texts)
    {
        var bytes = new byte[texts.Sum(text => sizeof(int) + Encoding.UTF8.GetByteCount(text))];
        var at = 0;
        foreach (var text in texts)
        {
            var length = Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + sizeof(int)));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), length);
            at += sizeof(int) + length;
        }
        return bytes;
    }
}
