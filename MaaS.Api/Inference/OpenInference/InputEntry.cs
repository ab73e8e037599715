// What a request says of one input before its data is taken, whichever transport brought it, held against the model's signature.
using System.Runtime.CompilerServices;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

internal struct InputEntry()
{
    public const int MostDimensions = 16;

    [InlineArray(MostDimensions)]
    private struct Sizes
    {
        private long _first;
    }

    private Sizes _shape;
    private int _rank = -1; // -1 before it was given

    /// <summary>In the signature; -1 for a stranger.</summary>
    public int Index = -1;

    /// <summary>The name, where it is not at its place in the signature.</summary>
    public string? Name;

    public Datatype? Type;

    public void BeginShape() => _rank = 0;

    /// <exception cref="ServingError">There are too many.</exception>
    public void AddDimension(long size)
    {
        _rank = Math.Max(_rank, 0);
        if (size < 0)
            throw Wrong("Unable to parse 'shape': each dimension must be a whole number from 0 up.");
        if (_rank == MostDimensions)
            throw Wrong($"Unable to parse 'shape': it has more than {MostDimensions} dimensions.");
        _shape[_rank++] = size;
    }

    /// <summary>Writes the shape into the call.</summary>
    /// <param name="number">Which entry of the request it is.</param>
    /// <returns>The input and how many elements it must have; -1 for more than any memory holds.</returns>
    /// <exception cref="ServingError">It is not an input of the model, once, of its type and shape.</exception>
    public readonly (TensorInfo Info, CallInput Input, long Elements) Accept(InferExchange exchange, GraphSignature signature, string model, int number)
    {
        if (Index < 0)
            throw Wrong(Name is null ? $"Unable to parse 'inputs': entry {number} has no 'name'." : $"unexpected inference input '{Name}' for model '{model}'; it takes {Names(signature.Inputs)}.");
        var (info, input) = (signature.Inputs[Index], exchange.Call.Inputs[Index]);
        ref var given = ref exchange.Given[Index];
        if (given.Once)
            throw Wrong($"input '{info.Name}' is given twice for model '{model}'.");
        given.Once = true;
        if (Type != info.Datatype)
            throw Wrong(Type is { } type ? $"inference input '{info.Name}' data-type is '{type.Name()}', but model '{model}' expects '{info.Datatype.Name()}'."
                : $"Unable to parse 'datatype': input '{info.Name}' has none; model '{model}' takes it as {info.Datatype.Name()}.");
        if (_rank < 0 && info.Shape.Count > 0)
            throw Wrong($"Unable to parse 'shape': input '{info.Name}' has none; model '{model}' expects {Shape(info.Shape)}.");
        for (var i = 0; i < _rank; i++)
            input.AddDimension(_shape[i]);
        return Fits(input.Shape, info.Shape) ? (info, input, Elements(input.Shape))
            : throw Wrong($"unexpected shape for input '{info.Name}' for model '{model}'. Expected {Shape(info.Shape)}, got {Shape(input.Shape.ToArray())}.");
    }

    /// <summary>After the last entry: finds the data that is in the exchange's buffer, and how many rows there are.</summary>
    /// <exception cref="ServingError">Inputs are missing, or have different numbers of rows.</exception>
    public static void Complete(InferExchange exchange, GraphSignature signature, string model, int count)
    {
        var call = exchange.Call;
        if (count != call.InputCount)
            throw Wrong($"expected {call.InputCount} inputs but got {count} inputs for model '{model}'; it takes {Names(signature.Inputs)}.");
        // The buffer has found its place; while it grew it could move.
        for (var i = 0; i < count; i++)
            if (exchange.Given[i].InBuffer is { } range)
                call.Inputs[i].Data = new(exchange.Data.WrittenMemory[range]);
        if (!signature.ByRows)
            return;
        var rows = call.Inputs[0].Shape[0];
        foreach (var input in call.Inputs)
            if (input.Shape[0] != rows)
                throw Wrong($"the inputs of model '{model}' have {rows} and {input.Shape[0]} rows; they must have as many as each other.");
        call.Rows = rows > 0 && rows <= signature.MostRows ? (int)rows
            : throw Wrong($"the inputs of model '{model}' have {rows} rows; a request may have 1 to {signature.MostRows}.");
    }

    /// <summary>One more output that is wanted.</summary>
    /// <exception cref="ServingError">It is wanted already: an answer may be large, and a request must not multiply it.</exception>
    public static void Want(InferExchange exchange, WantedOutput wanted, string name, string model)
    {
        foreach (var known in exchange.Wanted)
            if (known.Index == wanted.Index)
                throw Wrong($"output '{name}' of model '{model}' is asked for twice.");
        exchange.Wanted.Add(wanted);
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

    public static string Names(IReadOnlyList<TensorInfo> tensors) => string.Join(", ", tensors.Select(tensor => $"'{tensor.Name}'"));

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

    private static ServingError Wrong(string sentence) => new(ServingStatus.Invalid, sentence);
}
