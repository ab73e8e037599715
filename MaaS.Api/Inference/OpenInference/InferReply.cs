// ModelInferResponse of open_inference.proto: the fields that describe the answer, and behind them the tensors as raw contents.
using System.Buffers;
using System.Numerics;
using System.Text;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class InferReply
{
    private const int Text = 2; // the wire type of whatever has a length

    /// <summary>Writes what describes the answer into the exchange.</summary>
    /// <returns>How many bytes the whole message has.</returns>
    public static long WriteHeader(InferExchange exchange, string model, string version, GraphSignature signature)
    {
        var to = exchange.Header;
        Write(to, 1, model);
        Write(to, 2, version);
        if (exchange.Id.WrittenCount > 0)
        {
            WriteTag(to, 3, exchange.Id.WrittenCount);
            to.Write(exchange.Id.WrittenSpan);
        }
        var bytes = 0L;
        foreach (var wanted in exchange.Wanted)
        {
            WriteOutput(exchange, wanted, signature.Outputs[wanted.Index]);
            var length = InferWriter.Bytes(exchange.Call, wanted, signature.Outputs[wanted.Index].Datatype);
            bytes += 1 + Size((ulong)length) + length;
        }
        return to.WrittenCount + bytes;
    }

    /// <summary>Writes the message.</summary>
    public static void Write(InferExchange exchange, GraphSignature signature, IBufferWriter<byte> to)
    {
        to.Write(exchange.Header.WrittenSpan);
        foreach (var wanted in exchange.Wanted)
        {
            var type = signature.Outputs[wanted.Index].Datatype;
            WriteTag(to, 6, InferWriter.Bytes(exchange.Call, wanted, type));
            InferWriter.WriteBytes(exchange, wanted, type, to);
        }
    }

    private static void WriteOutput(InferExchange exchange, WantedOutput wanted, TensorInfo info)
    {
        var (call, to) = (exchange.Call, exchange.Header);
        var type = (wanted.Classes > 0 ? Datatype.Bytes : info.Datatype).Name();
        var rank = wanted.Classes > 0 ? 2 : call.OutputRank(wanted.Index);
        var (name, shape) = (Encoding.UTF8.GetByteCount(info.Name), 0);
        for (var i = 0; i < rank; i++)
            shape += Size((ulong)Dimension(i));
        WriteTag(to, 5, 1 + Size((ulong)name) + name + 2 + type.Length + 1 + Size((ulong)shape) + shape);
        Write(to, 1, info.Name);
        Write(to, 2, type);
        WriteTag(to, 3, shape);
        for (var i = 0; i < rank; i++)
            WriteVarint(to, (ulong)Dimension(i));

        long Dimension(int i) => wanted.Classes > 0 && i == 1 ? wanted.Classes : call.OutputDimension(wanted.Index, i);
    }

    private static void Write(IBufferWriter<byte> to, int field, string text)
    {
        WriteTag(to, field, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text.AsSpan(), to);
    }

    private static void WriteTag(IBufferWriter<byte> to, int field, long length)
    {
        WriteVarint(to, (ulong)field << 3 | Text);
        WriteVarint(to, (ulong)length);
    }

    private static void WriteVarint(IBufferWriter<byte> to, ulong number)
    {
        var span = to.GetSpan(10);
        var at = 0;
        for (; number >= 0x80; number >>= 7)
            span[at++] = (byte)(number | 0x80);
        span[at++] = (byte)number;
        to.Advance(at);
    }

    /// <returns>Bytes of a number on the wire, seven bits each.</returns>
    private static int Size(ulong number) => (70 - BitOperations.LeadingZeroCount(number | 1)) / 7;
}
