// Reads the inputs of a request one by one into the call, and holds each against the model's signature. Members come in any order.
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MaaS.Inference.Tensors;
using static MaaS.Api.Inference.OpenInference.InferReader;

namespace MaaS.Api.Inference.OpenInference;

internal struct InputReader
{
    private const int MostDimensions = 16;

    private readonly InferExchange _exchange;
    private readonly GraphSignature _signature;
    private readonly string _model;
    private readonly ReadOnlySequence<byte> _json;
    private ReadOnlySequence<byte> _binary;
    private int _count;

    public InputReader(InferExchange exchange, GraphSignature signature, string model, in ReadOnlySequence<byte> json, in ReadOnlySequence<byte> binary) =>
        (_exchange, _signature, _model, _json, _binary) = (exchange, signature, model, json, binary);

    [InlineArray(MostDimensions)]
    private struct Sizes
    {
        private long _first;
    }

    /// <summary>What an entry said, before all of it is known.</summary>
    private struct Entry()
    {
        public int Index = -1; // in the signature; -1 for a stranger
        public string? Stranger;
        public Datatype? Type;
        public Sizes Shape;
        public int Rank = -1; // -1 before it was given
        public long Binary = -1; // bytes; -1 when it is in the JSON
        public long DataAt = -1; // where data begins in the JSON, when it could not be read yet
        public long Elements = -1; // of the data that was read
    }

    public void Read(ref Utf8JsonReader reader)
    {
        var entry = new Entry();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (Is(ref reader, "name"u8))
                ReadName(ref reader, ref entry);
            else if (Is(ref reader, "datatype"u8))
                entry.Type = ReadType(ref reader);
            else if (Is(ref reader, "shape"u8))
                ReadShape(ref reader, ref entry);
            else if (Is(ref reader, "parameters"u8))
                ReadParameters(ref reader, ref entry);
            else if (Is(ref reader, "data"u8))
                ReadData(ref reader, ref entry);
            else
                reader.Skip();
        Accept(ref entry);
        _count++;
    }

    /// <summary>After the last of them.</summary>
    public readonly void End()
    {
        if (!_binary.IsEmpty)
            throw Wrong($"{_binary.Length} bytes follow the request that no input has claimed with 'binary_data_size'.");
        var call = _exchange.Call;
        if (_count != call.InputCount)
            throw Wrong($"expected {call.InputCount} inputs but got {_count} inputs for model '{_model}'; it takes {Names(_signature.Inputs)}.");
        // The buffer has found its place; while it grew it could move.
        for (var i = 0; i < _count; i++)
            if (_exchange.Given[i].InBuffer is { } range)
                call.Inputs[i].Data = new(_exchange.Data.WrittenMemory[range]);
        if (_signature.ByRows)
            call.Rows = Rows(call.Inputs);
    }

    /// <returns>The product of a shape; -1 when it is more than any memory holds.</returns>
    public static long Elements(ReadOnlySpan<long> shape)
    {
        var elements = 1L;
        foreach (var size in shape)
        {
            if (size > 0 && elements > int.MaxValue / size)
                return -1;
            elements *= size;
        }
        return elements;
    }

    private readonly int Rows(ReadOnlySpan<CallInput> inputs)
    {
        var rows = inputs[0].Shape[0];
        foreach (var input in inputs)
            if (input.Shape[0] != rows)
                throw Wrong($"the inputs of model '{_model}' have {rows} and {input.Shape[0]} rows; they must have as many as each other.");
        return rows > 0 && rows <= _signature.MostRows ? (int)rows
            : throw Wrong($"the inputs of model '{_model}' have {rows} rows; a request may have 1 to {_signature.MostRows}.");
    }

    private readonly void ReadName(ref Utf8JsonReader reader, ref Entry entry)
    {
        // Callers mostly keep the model's order: then no text is made.
        reader.Read();
        if (_count < _signature.Inputs.Count && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_signature.Inputs[_count].Name))
            entry.Index = _count;
        else
        {
            entry.Stranger = TextHere(ref reader, "name");
            entry.Index = _signature.Input(entry.Stranger);
        }
    }

    private static Datatype? ReadType(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.String)
            for (var type = Datatype.Bool; type <= Datatype.Bytes; type++)
                if (reader.ValueTextEquals(type.Name()))
                    return type;
        throw Wrong($"Unable to parse 'datatype': it must be one of {string.Join(", ", Enum.GetValues<Datatype>().Select(Datatypes.Name))}.");
    }

    private static void ReadShape(ref Utf8JsonReader reader, ref Entry entry)
    {
        StartArray(ref reader, "shape");
        entry.Rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                throw Wrong("Unable to parse 'shape': each dimension must be a whole number from 0 up.");
            if (entry.Rank == MostDimensions)
                throw Wrong($"Unable to parse 'shape': it has more than {MostDimensions} dimensions.");
            entry.Shape[entry.Rank++] = size;
        }
    }

    private static void ReadParameters(ref Utf8JsonReader reader, ref Entry entry)
    {
        for (StartObject(ref reader, "parameters"); reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            if (Is(ref reader, "binary_data_size"u8))
                entry.Binary = Whole(ref reader, "binary_data_size", 0, int.MaxValue);
            else
                SkipParameter(ref reader);
    }

    private readonly void ReadData(ref Utf8JsonReader reader, ref Entry entry)
    {
        reader.Read();
        // Almost always the last member: then it is read as it comes.
        if (entry.Index >= 0 && entry.Type == _signature.Inputs[entry.Index].Datatype && entry.Elements < 0)
            ReadDataHere(ref reader, ref entry);
        else
        {
            entry.DataAt = reader.TokenStartIndex;
            reader.Skip();
        }
    }

    private readonly void ReadDataHere(ref Utf8JsonReader reader, ref Entry entry)
    {
        var begin = _exchange.Data.WrittenCount;
        var info = _signature.Inputs[entry.Index];
        entry.Elements = TensorJson.Read(ref reader, info.Datatype, _exchange.Data, info.Name);
        _exchange.Given[entry.Index].InBuffer = begin.._exchange.Data.WrittenCount;
    }

    /// <summary>Now that all of an entry is known, it must be an input of the model, once, of its type and shape.</summary>
    private void Accept(ref Entry entry)
    {
        if (entry.Index < 0)
            throw Wrong(entry.Stranger is null ? $"Unable to parse 'inputs': entry {_count} has no 'name'."
                : $"unexpected inference input '{entry.Stranger}' for model '{_model}'; it takes {Names(_signature.Inputs)}.");
        var (info, input) = (_signature.Inputs[entry.Index], _exchange.Call.Inputs[entry.Index]);
        ref var given = ref _exchange.Given[entry.Index];
        if (given.Once)
            throw Wrong($"input '{info.Name}' is given twice for model '{_model}'.");
        given.Once = true;
        if (entry.Type != info.Datatype)
            throw Wrong(entry.Type is { } type ? $"inference input '{info.Name}' data-type is '{type.Name()}', but model '{_model}' expects '{info.Datatype.Name()}'."
                : $"Unable to parse 'datatype': input '{info.Name}' has none; model '{_model}' takes it as {info.Datatype.Name()}.");
        if (entry.Rank < 0)
            throw Wrong($"Unable to parse 'shape': input '{info.Name}' has none; model '{_model}' expects {Shape(info.Shape)}.");
        foreach (var size in entry.Shape[..entry.Rank])
            input.AddDimension(size);
        if (!Fits(input.Shape, info.Shape))
            throw Wrong($"unexpected shape for input '{info.Name}' for model '{_model}'. Expected {Shape(info.Shape)}, got {Shape(input.Shape.ToArray())}.");
        var elements = Elements(input.Shape);
        if (entry.Binary >= 0)
            TakeBinary(ref entry, info, input, elements);
        else
            TakeData(ref entry, info, elements);
    }

    private readonly void TakeData(ref Entry entry, TensorInfo info, long elements)
    {
        if (entry.Elements < 0 && entry.DataAt >= 0)
        {
            var again = new Utf8JsonReader(_json.Slice(entry.DataAt));
            again.Read();
            ReadDataHere(ref again, ref entry);
        }
        if (entry.Elements < 0)
            throw Wrong($"input '{info.Name}' has neither 'data' nor the parameter 'binary_data_size'.");
        if (entry.Elements != elements)
            throw Wrong($"input '{info.Name}' has {entry.Elements} elements of data, which its shape does not make up.");
    }

    private void TakeBinary(ref Entry entry, TensorInfo info, CallInput input, long elements)
    {
        if (entry.Elements >= 0 || entry.DataAt >= 0)
            throw Wrong($"input '{info.Name}' has both 'data' and 'binary_data_size'; send one of them.");
        if (entry.Binary > _binary.Length)
            throw Wrong($"input '{info.Name}' has a 'binary_data_size' of {entry.Binary}, but only {_binary.Length} bytes are left behind the request.");
        input.Data = _binary.Slice(0, entry.Binary);
        _binary = _binary.Slice(entry.Binary);
        if (!TensorBytes.Fit(input.Data, info.Datatype, elements))
            throw Wrong(info.Datatype == Datatype.Bytes
                ? $"input '{info.Name}' has {entry.Binary} bytes that are not {elements} texts, each with its length before it in four bytes."
                : $"input '{info.Name}' has {entry.Binary} bytes of data, but its shape takes {elements * info.Datatype.Size()}.");
    }

    private static bool Fits(ReadOnlySpan<long> shape, IReadOnlyList<long> expected)
    {
        if (shape.Length != expected.Count)
            return false;
        for (var i = 0; i < shape.Length; i++)
            if (expected[i] >= 0 && shape[i] != expected[i])
                return false;
        return true;
    }

    private static string Shape(IReadOnlyList<long> shape) => $"[{string.Join(',', shape)}]";
}
