// Reads the inputs of a JSON request one by one into the call. Members come in any order.
using System.Buffers;
using System.Text.Json;
using MaaS.Inference.Tensors;
using static MaaS.Api.Inference.OpenInference.InferReader;

namespace MaaS.Api.Inference.OpenInference;

internal struct InputReader
{
    private readonly InferExchange _exchange;
    private readonly GraphSignature _signature;
    private readonly string _model;
    private readonly ReadOnlySequence<byte> _json;
    private ReadOnlySequence<byte> _binary;
    private int _count;

    public InputReader(InferExchange exchange, GraphSignature signature, string model, in ReadOnlySequence<byte> json, in ReadOnlySequence<byte> binary) =>
        (_exchange, _signature, _model, _json, _binary) = (exchange, signature, model, json, binary);

    /// <summary>What an entry said of its data.</summary>
    private struct Data()
    {
        public long Binary = -1; // bytes behind the JSON; -1 when it is in it
        public long At = -1; // where it begins in the JSON, when it could not be read yet
        public long Elements = -1; // that were read
    }

    public void Read(ref Utf8JsonReader reader)
    {
        var (entry, data) = (new InputEntry(), new Data());
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (Is(ref reader, "name"u8))
                ReadName(ref reader, ref entry);
            else if (Is(ref reader, "datatype"u8))
                entry.Type = ReadType(ref reader);
            else if (Is(ref reader, "shape"u8))
                ReadShape(ref reader, ref entry);
            else if (Is(ref reader, "parameters"u8))
                data.Binary = ReadParameters(ref reader);
            else if (Is(ref reader, "data"u8))
                ReadData(ref reader, entry, ref data);
            else
                reader.Skip();
        var (info, input, elements) = entry.Accept(_exchange, _signature, _model, _count++);
        if (data.Binary >= 0)
            TakeBinary(data, info, input, elements);
        else
            TakeData(entry, data, info, elements);
    }

    /// <summary>After the last of them.</summary>
    public readonly void End()
    {
        if (!_binary.IsEmpty)
            throw Wrong($"{_binary.Length} bytes follow the request that no input has claimed with 'binary_data_size'.");
        InputEntry.Complete(_exchange, _signature, _model, _count);
    }

    private readonly void ReadName(ref Utf8JsonReader reader, ref InputEntry entry)
    {
        reader.Read();
        // Callers mostly keep the model's order: then no text is made.
        if (_count < _signature.Inputs.Count && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_signature.Inputs[_count].Name))
            entry.Index = _count;
        else
        {
            entry.Name = TextHere(ref reader, "name");
            entry.Index = _signature.Input(entry.Name);
        }
    }

    private static Datatype ReadType(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.String)
            for (var type = Datatype.Bool; type <= Datatype.Bytes; type++)
                if (reader.ValueTextEquals(type.Name()))
                    return type;
        throw Wrong($"Unable to parse 'datatype': it must be one of {string.Join(", ", Enum.GetValues<Datatype>().Select(Datatypes.Name))}.");
    }

    private static void ReadShape(ref Utf8JsonReader reader, ref InputEntry entry)
    {
        StartArray(ref reader, "shape");
        entry.BeginShape();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            entry.AddDimension(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) ? size : -1);
    }

    /// <returns>binary_data_size; -1 when there is none.</returns>
    private static long ReadParameters(ref Utf8JsonReader reader)
    {
        var binary = -1L;
        for (StartObject(ref reader, "parameters"); reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            if (Is(ref reader, "binary_data_size"u8))
                binary = Whole(ref reader, "binary_data_size", 0, int.MaxValue);
            else
                SkipParameter(ref reader);
        return binary;
    }

    private readonly void ReadData(ref Utf8JsonReader reader, in InputEntry entry, ref Data data)
    {
        reader.Read();
        // Almost always the last member: then it is read as it comes.
        if (entry.Index >= 0 && entry.Type == _signature.Inputs[entry.Index].Datatype && data.Elements < 0)
            data.Elements = ReadElements(ref reader, entry.Index);
        else
        {
            data.At = reader.TokenStartIndex;
            reader.Skip();
        }
    }

    private readonly long ReadElements(ref Utf8JsonReader reader, int index)
    {
        var begin = _exchange.Data.WrittenCount;
        var info = _signature.Inputs[index];
        var elements = TensorJson.Read(ref reader, info.Datatype, _exchange.Data, info.Name);
        _exchange.Given[index].InBuffer = begin.._exchange.Data.WrittenCount;
        return elements;
    }

    private readonly void TakeData(in InputEntry entry, Data data, TensorInfo info, long elements)
    {
        if (data is { Elements: < 0, At: >= 0 })
        {
            var again = new Utf8JsonReader(_json.Slice(data.At));
            again.Read();
            data.Elements = ReadElements(ref again, entry.Index);
        }
        if (data.Elements < 0)
            throw Wrong($"input '{info.Name}' has neither 'data' nor the parameter 'binary_data_size'.");
        if (data.Elements != elements)
            throw Wrong($"input '{info.Name}' has {data.Elements} elements of data, which its shape does not make up.");
    }

    private void TakeBinary(in Data data, TensorInfo info, CallInput input, long elements)
    {
        if (data.Elements >= 0 || data.At >= 0)
            throw Wrong($"input '{info.Name}' has both 'data' and 'binary_data_size'; send one of them.");
        if (data.Binary > _binary.Length)
            throw Wrong($"input '{info.Name}' has a 'binary_data_size' of {data.Binary}, but only {_binary.Length} bytes are left behind the request.");
        input.Data = _binary.Slice(0, data.Binary);
        _binary = _binary.Slice(data.Binary);
        TensorBytes.Check(input.Data, info, elements);
    }
}
