// Writes the answer to an inference request: JSON, and behind it the outputs that were wanted as bytes, in the order of the request.
using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal static class InferWriter
{
    private static readonly JsonEncodedText s_modelName = JsonEncodedText.Encode("model_name"), s_modelVersion = JsonEncodedText.Encode("model_version"),
        s_id = JsonEncodedText.Encode("id"), s_outputs = JsonEncodedText.Encode("outputs"), s_name = JsonEncodedText.Encode("name"),
        s_shape = JsonEncodedText.Encode("shape"), s_datatype = JsonEncodedText.Encode("datatype"), s_data = JsonEncodedText.Encode("data"),
        s_parameters = JsonEncodedText.Encode("parameters"), s_binarySize = JsonEncodedText.Encode("binary_data_size");

    /// <summary>Writes the JSON into the exchange.</summary>
    /// <returns>How many bytes follow it.</returns>
    public static long WriteHeader(InferExchange exchange, string model, string version, GraphSignature signature)
    {
        var json = exchange.Json;
        json.Reset(exchange.Header);
        json.WriteStartObject();
        json.WriteString(s_modelName, model);
        json.WriteString(s_modelVersion, version);
        if (exchange.Id.WrittenCount > 0)
        {
            json.WritePropertyName(s_id);
            json.WriteRawValue(exchange.Id.WrittenSpan, skipInputValidation: true);
        }
        json.WriteStartArray(s_outputs);
        var bytes = 0L;
        foreach (var wanted in exchange.Wanted)
            bytes += WriteOutput(exchange, wanted, signature.Outputs[wanted.Index]);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return bytes;
    }

    /// <summary>Writes the outputs that were wanted as bytes.</summary>
    public static void WriteBytes(InferExchange exchange, GraphSignature signature, IBufferWriter<byte> to)
    {
        foreach (var wanted in exchange.Wanted)
            if (wanted.Binary)
                WriteBytes(exchange, wanted, signature.Outputs[wanted.Index].Datatype, to);
    }

    /// <summary>Writes one output's bytes.</summary>
    public static void WriteBytes(InferExchange exchange, WantedOutput wanted, Datatype type, IBufferWriter<byte> to)
    {
        var call = exchange.Call;
        if (wanted.Classes > 0)
            to.Write(exchange.Data.WrittenSpan[wanted.Texts]);
        else if (type != Datatype.Bytes)
            to.Write(call.Output(wanted.Index));
        else
            for (var i = 0; i < call.OutputElements(wanted.Index); i++)
            {
                var text = call.OutputText(wanted.Index, i);
                BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), text.Length);
                to.Advance(sizeof(int));
                to.Write(text);
            }
    }

    private static long WriteOutput(InferExchange exchange, WantedOutput wanted, TensorInfo info)
    {
        var (call, json) = (exchange.Call, exchange.Json);
        var type = wanted.Classes > 0 ? Datatype.Bytes : info.Datatype;
        json.WriteStartObject();
        json.WriteString(s_name, info.Name);
        json.WriteStartArray(s_shape);
        for (var i = 0; i < (wanted.Classes > 0 ? 1 : call.OutputRank(wanted.Index)); i++)
            json.WriteNumberValue(call.OutputDimension(wanted.Index, i));
        if (wanted.Classes > 0)
            json.WriteNumberValue(wanted.Classes);
        json.WriteEndArray();
        json.WriteString(s_datatype, type.Name());
        var bytes = wanted.Binary ? Bytes(call, wanted, type) : 0;
        if (wanted.Binary)
        {
            json.WriteStartObject(s_parameters);
            json.WriteNumber(s_binarySize, bytes);
            json.WriteEndObject();
        }
        else
            WriteData(exchange, wanted, type);
        json.WriteEndObject();
        return bytes;
    }

    private static void WriteData(InferExchange exchange, WantedOutput wanted, Datatype type)
    {
        var (call, json) = (exchange.Call, exchange.Json);
        json.WriteStartArray(s_data);
        if (wanted.Classes > 0)
        {
            var reader = new SequenceReader<byte>(new(exchange.Data.WrittenMemory[wanted.Texts]));
            while (CallInput.TryText(ref reader, out var text))
                json.WriteStringValue(text.FirstSpan);
        }
        else if (type == Datatype.Bytes)
            for (var i = 0; i < call.OutputElements(wanted.Index); i++)
                TensorJson.Text(json, call.OutputText(wanted.Index, i));
        else
            TensorJson.Write(json, type, call.Output(wanted.Index));
        json.WriteEndArray();
    }

    /// <returns>How many bytes an output has on the wire.</returns>
    public static long Bytes(Call call, WantedOutput wanted, Datatype type)
    {
        if (wanted.Classes > 0)
            return wanted.Texts.End.Value - wanted.Texts.Start.Value;
        var elements = call.OutputElements(wanted.Index);
        if (type != Datatype.Bytes)
            return (long)elements * type.Size();
        var bytes = (long)elements * sizeof(int);
        for (var i = 0; i < elements; i++)
            bytes += call.OutputText(wanted.Index, i).Length;
        return bytes;
    }
}
