// Reads an inference request of the open protocol: JSON, and behind it the tensors that are said to come as bytes. Tensors that came as
// bytes are used where they lie; numbers in JSON are turned into bytes once. Nothing is computed before all of it has been checked.
using System.Buffers;
using System.Text.Json;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal struct InferReader
{
    private readonly InferExchange _exchange;
    private readonly GraphSignature _signature;
    private readonly string _model;
    private bool _binaryOutputs;

    private InferReader(InferExchange exchange, GraphSignature signature, string model) => (_exchange, _signature, _model) = (exchange, signature, model);

    /// <param name="json">The request, of the length the header gave.</param>
    /// <param name="binary">What follows it.</param>
    /// <exception cref="ServingError">It is malformed, or does not fit the model.</exception>
    public static void Read(InferExchange exchange, GraphSignature signature, string model, in ReadOnlySequence<byte> json, in ReadOnlySequence<byte> binary)
    {
        exchange.Begin(signature.Inputs.Count);
        try
        {
            new InferReader(exchange, signature, model).Read(json, binary);
        }
        catch (JsonException broken)
        {
            throw Wrong($"failed to parse the request JSON buffer: it is not valid JSON at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException) // how the reader says "\ud800"
        {
            throw Wrong("failed to parse the request JSON buffer: a text in it ends amid a character.");
        }
    }

    /// <summary>A body that is nothing but the bytes of the model's one input, for one row; every output comes back as bytes.</summary>
    public static void ReadRaw(InferExchange exchange, GraphSignature signature, string model, in ReadOnlySequence<byte> body)
    {
        exchange.Begin(signature.Inputs.Count);
        if (signature.Inputs is not [{ } info])
            throw Wrong($"a raw binary request is for models with one input; model '{model}' has {signature.Inputs.Count}.");
        if (info.Shape.Skip(1).Any(size => size < 0))
            throw Wrong($"a raw binary request does not say its shape, and that of input '{info.Name}' of model '{model}' is not fixed.");
        var input = exchange.Call.Inputs[0];
        foreach (var size in info.Shape)
            input.AddDimension(Math.Max(size, 1));
        var elements = InputEntry.Elements(input.Shape);
        if (info.Datatype == Datatype.Bytes && elements == 1)
        {
            exchange.Data.Write(BitConverter.GetBytes((int)body.Length));
            foreach (var part in body)
                exchange.Data.Write(part.Span);
            input.Data = new(exchange.Data.WrittenMemory);
        }
        else if (info.Datatype == Datatype.Bytes || body.Length != elements * info.Datatype.Size())
            throw Wrong($"the body has {body.Length} bytes; one row of input '{info.Name}' of model '{model}' is {elements} elements of {info.Datatype.Name()}.");
        else
            input.Data = body;
        AddAllOutputs(exchange, signature, binary: true);
    }

    private void Read(in ReadOnlySequence<byte> json, in ReadOnlySequence<byte> binary)
    {
        var reader = new Utf8JsonReader(json);
        var inputs = new InputReader(_exchange, _signature, _model, json, binary);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("failed to parse the request JSON buffer: a request is an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (Is(ref reader, "inputs"u8))
                for (StartArray(ref reader, "inputs"); InArray(ref reader, "inputs");)
                    inputs.Read(ref reader);
            else if (Is(ref reader, "outputs"u8))
                for (StartArray(ref reader, "outputs"); InArray(ref reader, "outputs");)
                    ReadOutput(ref reader);
            else if (Is(ref reader, "parameters"u8))
                ReadParameters(ref reader);
            else if (Is(ref reader, "id"u8))
                ReadId(ref reader);
            else
                reader.Skip();
        reader.Read(); // throws when something follows
        inputs.End();
        if (_exchange.Wanted.Count == 0)
            AddAllOutputs(_exchange, _signature, _binaryOutputs);
        for (var i = 0; i < _exchange.Wanted.Count; i++)
            if (_exchange.Wanted[i] is { IsOpen: true } open)
                _exchange.Wanted[i] = open with { Binary = _binaryOutputs };
    }

    private readonly void ReadOutput(ref Utf8JsonReader reader)
    {
        string? name = null;
        bool? binary = null;
        var classes = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            if (Is(ref reader, "name"u8))
                name = Text(ref reader, "name");
            else if (Is(ref reader, "parameters"u8))
                for (StartObject(ref reader, "parameters"); reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
                    if (Is(ref reader, "binary_data"u8))
                        binary = Flag(ref reader, "binary_data");
                    else if (Is(ref reader, "classification"u8))
                        classes = Whole(ref reader, "classification", 1, int.MaxValue);
                    else
                        SkipParameter(ref reader);
            else
                reader.Skip();
        var index = name is null ? -1 : _signature.Output(name);
        if (index < 0)
            throw Wrong($"unexpected inference output '{name}' for model '{_model}'; it gives {InputEntry.Names(_signature.Outputs)}.");
        InputEntry.Want(_exchange, new(index, binary ?? false, (int)classes, IsOpen: binary is null), name!, _model);
    }

    private void ReadParameters(ref Utf8JsonReader reader)
    {
        for (StartObject(ref reader, "parameters"); reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            if (Is(ref reader, "binary_data_output"u8))
                _binaryOutputs = Flag(ref reader, "binary_data_output");
            else if (Is(ref reader, "priority"u8))
                _exchange.Call.Priority = (int)Whole(ref reader, "priority", 0, Call.Priorities) is var priority and > 0 ? priority : Call.UsualPriority;
            else if (Is(ref reader, "timeout"u8))
                _exchange.Timeout = Whole(ref reader, "timeout", 0, (long)TimeSpan.FromDays(1).TotalMicroseconds) is var wait and > 0 ? TimeSpan.FromMicroseconds(wait) : null;
            else
                SkipParameter(ref reader);
    }

    /// <summary>Kept as it stands in the JSON, escapes and all, and given back so.</summary>
    private readonly void ReadId(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            throw Wrong("Unable to parse 'id': it must be a text.");
        _exchange.Id.ResetWrittenCount();
        _exchange.Id.Write("\""u8);
        if (!reader.HasValueSequence)
            _exchange.Id.Write(reader.ValueSpan);
        else
            foreach (var part in reader.ValueSequence)
                _exchange.Id.Write(part.Span);
        _exchange.Id.Write("\""u8);
    }

    private static void AddAllOutputs(InferExchange exchange, GraphSignature signature, bool binary)
    {
        for (var i = 0; i < signature.Outputs.Count; i++)
            exchange.Wanted.Add(new(i, binary, 0));
    }

    // --- pieces of JSON ---

    /// <summary>Whether the member the reader stands on has this name.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    public static void StartArray(ref Utf8JsonReader reader, string member)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Wrong($"Unable to parse '{member}': it must be an array.");
    }

    /// <summary>Steps to the next object of an array; false at its end.</summary>
    public static bool InArray(ref Utf8JsonReader reader, string member) => reader.Read() && reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.EndArray => false,
        _ => throw Wrong($"Unable to parse '{member}': each entry must be an object."),
    };

    public static void StartObject(ref Utf8JsonReader reader, string member)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong($"Unable to parse '{member}': it must be an object.");
    }

    public static string Text(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return TextHere(ref reader, member);
    }

    public static string TextHere(ref Utf8JsonReader reader, string member)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw Wrong($"Unable to parse '{member}': it must be a text.");
        return reader.GetString()!;
    }

    public static bool Flag(ref Utf8JsonReader reader, string member) => reader.Read() && reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong($"Unable to parse '{member}': it must be true or false."),
    };

    public static long Whole(ref Utf8JsonReader reader, string member, long least, long most) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= least && number <= most
            ? number : throw Wrong($"Unable to parse '{member}': it must be a whole number from {least} to {most}.");

    /// <summary>A parameter nobody here knows is passed over, if it is one.</summary>
    public static void SkipParameter(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.Null)
            throw Wrong("Unable to parse 'parameters': each must be a text, a number, true or false.");
    }

    public static ServingError Wrong(string sentence) => new(ServingStatus.Invalid, sentence);
}
