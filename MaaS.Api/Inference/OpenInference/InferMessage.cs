// ModelInferRequest of open_inference.proto, read into the call; field numbers are its. Raw contents are used where they lie, typed ones
// are turned into bytes once.
using System.Text;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal readonly struct InferMessage
{
    private readonly InferExchange _exchange;
    private readonly GraphSignature _signature;
    private readonly string _model;

    private InferMessage(InferExchange exchange, GraphSignature signature, string model) => (_exchange, _signature, _model) = (exchange, signature, model);

    /// <summary>What the message must be routed by: model_name and model_version, null when it is empty.</summary>
    public static (string Model, string? Version) Address(ReadOnlyMemory<byte> message)
    {
        var (model, version) = ("", (string?)null);
        for (var reader = new ProtoReader(message); reader.Next();)
            if (reader.Field == 1)
                model = reader.ReadText();
            else if (reader.Field == 2)
                version = reader.ReadText() is { Length: > 0 } text ? text : null;
            else
                reader.Skip();
        return (model, version);
    }

    /// <exception cref="ServingError">It is malformed, or does not fit the model.</exception>
    public static void Read(InferExchange exchange, GraphSignature signature, string model, ReadOnlyMemory<byte> message)
    {
        exchange.Begin(signature.Inputs.Count);
        new InferMessage(exchange, signature, model).Read(message);
    }

    private void Read(ReadOnlyMemory<byte> message)
    {
        var (order, raw) = (_exchange.Order, 0);
        for (var reader = new ProtoReader(message); reader.Next();)
            switch (reader.Field)
            {
                case 3:
                    WriteId(reader.ReadText());
                    break;
                case 4:
                    ReadParameter(reader.ReadBytes());
                    break;
                case 5:
                    order.Add(ReadInput(reader.ReadBytes(), order.Count));
                    break;
                case 6:
                    ReadOutput(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        for (var reader = new ProtoReader(message); reader.Next();)
            if (reader.Field == 7)
            {
                if (raw == order.Count)
                    throw Wrong($"there are more 'raw_input_contents' than the {order.Count} inputs.");
                TakeRaw(order[raw].Index, order[raw].Elements, reader.ReadBytes());
                raw++;
            }
            else
                reader.Skip();
        for (var i = 0; i < order.Count; i++)
            if (raw > 0 ? i >= raw : _exchange.Given[order[i].Index].InBuffer is null && order[i].Elements != 0)
                throw Wrong($"input '{_signature.Inputs[order[i].Index].Name}' has neither contents nor an entry in 'raw_input_contents'.");
        InputEntry.Complete(_exchange, _signature, _model, order.Count);
        if (_exchange.Wanted.Count == 0)
            for (var i = 0; i < _signature.Outputs.Count; i++)
                _exchange.Wanted.Add(new(i, true, 0));
    }

    private (int Index, long Elements) ReadInput(ReadOnlyMemory<byte> message, int number)
    {
        var entry = new InputEntry();
        ReadOnlyMemory<byte>? contents = null;
        for (var reader = new ProtoReader(message); reader.Next();)
            switch (reader.Field)
            {
                case 1:
                    entry.Name = reader.ReadText();
                    entry.Index = _signature.Input(entry.Name);
                    break;
                case 2:
                    entry.Type = ReadType(reader.ReadText());
                    break;
                case 3 when reader.IsBytes:
                    for (var sizes = new ProtoReader(reader.ReadBytes()); sizes.NextPacked(out var size);)
                        entry.AddDimension((long)size);
                    break;
                case 3:
                    entry.AddDimension((long)reader.ReadNumber());
                    break;
                case 5:
                    contents = reader.ReadBytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        var (info, _, elements) = entry.Accept(_exchange, _signature, _model, number);
        if (contents is { } typed)
        {
            var begin = _exchange.Data.WrittenCount;
            if (TensorContents.Read(typed, info, _exchange.Data) is var read && read != elements)
                throw Wrong($"input '{info.Name}' has {read} elements of contents, which its shape does not make up.");
            _exchange.Given[entry.Index].InBuffer = begin.._exchange.Data.WrittenCount;
        }
        return (entry.Index, elements);
    }

    private void TakeRaw(int index, long elements, ReadOnlyMemory<byte> data)
    {
        var info = _signature.Inputs[index];
        if (_exchange.Given[index].InBuffer is not null)
            throw Wrong($"input '{info.Name}' has contents, and there are 'raw_input_contents' too; send one of them.");
        _exchange.Call.Inputs[index].Data = new(data);
        TensorBytes.Check(_exchange.Call.Inputs[index].Data, info, elements);
    }

    private void ReadOutput(ReadOnlyMemory<byte> message)
    {
        var (index, name, classes) = (-1, "", 0UL);
        for (var reader = new ProtoReader(message); reader.Next();)
            if (reader.Field == 1)
                index = _signature.Output(name = reader.ReadText());
            else if (reader.Field == 2 && Parameter(reader.ReadBytes()) is { Key: "classification" } parameter)
                classes = parameter.Number;
            else if (reader.Field > 2)
                reader.Skip();
        if (index < 0)
            throw Wrong($"unexpected inference output '{name}' for model '{_model}'; it gives {InputEntry.Names(_signature.Outputs)}.");
        InputEntry.Want(_exchange, new(index, true, (int)Math.Min(classes, int.MaxValue)), name, _model);
    }

    private void ReadParameter(ReadOnlyMemory<byte> message)
    {
        var (key, number) = Parameter(message);
        if (key == "priority" && number > 0)
            _exchange.Call.Priority = number <= Call.Priorities ? (int)number : throw Wrong($"Unable to parse 'priority': it must be a whole number from 0 to {Call.Priorities}.");
        else if (key == "timeout" && number > 0)
            _exchange.Timeout = TimeSpan.FromMicroseconds(Math.Min(number, TimeSpan.FromDays(1).TotalMicroseconds));
    }

    /// <summary>An entry of a map of parameters; whatever is no number counts as 0.</summary>
    private static (string Key, ulong Number) Parameter(ReadOnlyMemory<byte> entry)
    {
        var (key, number) = ("", 0UL);
        for (var reader = new ProtoReader(entry); reader.Next();)
            if (reader.Field == 1)
                key = reader.ReadText();
            else if (reader.Field == 2)
                for (var value = new ProtoReader(reader.ReadBytes()); value.Next();)
                    if (value.Field is 1 or 2 or 5 && !value.IsBytes)
                        number = value.ReadNumber();
                    else
                        value.Skip();
            else
                reader.Skip();
        return (key, number);
    }

    private void WriteId(string id) => Encoding.UTF8.GetBytes(id.AsSpan(), _exchange.Id);

    private static Datatype ReadType(string name)
    {
        for (var type = Datatype.Bool; type <= Datatype.Bytes; type++)
            if (type.Name() == name)
                return type;
        throw Wrong($"Unable to parse 'datatype': it must be one of {string.Join(", ", Enum.GetValues<Datatype>().Select(Datatypes.Name))}.");
    }

    private static ServingError Wrong(string sentence) => new(ServingStatus.Invalid, sentence);
}
