// A sample as JSON: what was asked, without what is redacted, and what was answered. A hundred rows at most, and of each side 64 kB at most.
using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Api.Inference.OpenInference;
using MaaS.Contracts;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.Samples;

internal static class SampleJson
{
    public const int MostRows = 100;
    private const int MostBytes = 64 << 10;
    private const int MostValueBytes = 8 << 10;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="columns">The model's, and whether each holds but numbers.</param>
    public static (string Asked, string Answered) Of(
        IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows, IReadOnlyList<Prediction> predictions, Redaction redaction, IReadOnlyDictionary<string, bool> columns) =>
        (Array(rows, (json, row) =>
        {
            json.WriteStartObject();
            foreach (var (column, value) in row.Where(cell => redaction.Knows(cell.Key, columns)))
            {
                json.WritePropertyName(column);
                if (!redaction.Allows(column, value, columns))
                    json.WriteStringValue(Redaction.Mark);
                else if (JsonMarshal.GetRawUtf8Value(value).Length is var bytes && bytes > MostValueBytes)
                    json.WriteStringValue(Sentence(bytes));
                else
                    value.WriteTo(json);
            }
            json.WriteEndObject();
        }), Array(predictions, (json, prediction) => JsonSerializer.Serialize(json, Redacted(prediction, redaction), MaaSJson.Options)));

    public static (string Asked, string Answered) Of(CallCopy call, ModelTask task, Redaction redaction) =>
        (Array(call.Inputs, (json, input) => Tensor(json, input, redaction.Allows(input.Name))),
            Array(call.Outputs, (json, output) => Tensor(json, output, redaction.KeepsAll || IsHarmless(output, task))));

    /// <summary>In place of what is too large to be copied.</summary>
    public static string LeftOut(long bytes) => $"\"{Sentence(bytes)}\"";

    private static string Sentence(long bytes) => $"[left out: {bytes} bytes]";

    private static string Array<T>(IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartArray();
            foreach (var item in items.Take(MostRows))
            {
                var one = Written(item, write);
                if (one.Length > MostBytes)
                    json.WriteStringValue(Sentence(one.Length));
                else if (json.BytesCommitted + json.BytesPending + one.Length > MostBytes)
                    break;
                else
                    json.WriteRawValue(one, skipInputValidation: true);
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static ReadOnlySpan<byte> Written<T>(T item, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
            write(json, item);
        return buffer.WrittenSpan;
    }

    /// <summary>A label is one of the model's own words; what a language model or a model made elsewhere says may be the caller's.</summary>
    private static Prediction Redacted(Prediction prediction, Redaction redaction) => redaction.KeepsAll ? prediction : prediction with
    {
        Text = prediction.Text is null ? null : Redaction.Mark,
        Outputs = prediction.Outputs?.ToDictionary(output => output.Key, output => Redaction.IsNumbers(output.Value) ? output.Value : JsonSerializer.SerializeToElement(Redaction.Mark)),
        Error = prediction.Error is null ? null : Redaction.Mark, // it quotes what was sent
    };

    private static bool IsHarmless(TensorCopy output, ModelTask task) =>
        task is not ModelTask.LanguageModel && (output.Datatype != Datatype.Bytes || task is not ModelTask.Custom);

    private static void Tensor(Utf8JsonWriter json, TensorCopy tensor, bool isKept)
    {
        json.WriteStartObject();
        json.WriteString("name", tensor.Name);
        json.WriteString("datatype", tensor.Datatype.Name());
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        var bytes = tensor.Texts?.Sum(text => text.Length) ?? tensor.Bytes.Length;
        if (!isKept)
            json.WriteString("data", Redaction.Mark);
        else if (bytes > MostValueBytes)
            json.WriteString("data", Sentence(bytes));
        else
        {
            json.WriteStartArray("data");
            Data(json, tensor);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Data(Utf8JsonWriter json, TensorCopy tensor)
    {
        if (tensor.Texts is { } texts)
            foreach (var text in texts)
                json.WriteStringValue(text);
        else if (tensor.Datatype != Datatype.Bytes)
            TensorJson.Write(json, tensor.Datatype, tensor.Bytes);
        else
        {
            var reader = new SequenceReader<byte>(new(tensor.Bytes));
            while (CallInput.TryText(ref reader, out var text))
                TensorJson.Text(json, text.FirstSpan);
        }
    }
}
