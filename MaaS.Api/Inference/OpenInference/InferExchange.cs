// One inference request of the open protocol and its answer, as both of its transports need them. Reused from request to request,
// so that the usual one leaves nothing for the garbage collector.
using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Inference.Tensors;

namespace MaaS.Api.Inference.OpenInference;

/// <param name="Index">In the signature.</param>
/// <param name="Classes">How many of the best classes to name instead of the numbers; 0 for the numbers.</param>
/// <param name="Texts">These classes, in the exchange's buffer.</param>
/// <param name="IsOpen">Whether the request as a whole says if it is binary: it may do so behind its outputs.</param>
internal readonly record struct WantedOutput(int Index, bool Binary, int Classes, Range Texts = default, bool IsOpen = false);

/// <summary>What is known of an input while a request is read.</summary>
/// <param name="InBuffer">Where its bytes are in the exchange's buffer; null when they are used where they lie.</param>
internal record struct GivenInput(bool Once, Range? InBuffer);

internal sealed class InferExchange
{
    private const int MostKept = 1 << 20; // bytes of a buffer
    private const int MostIdle = 256;

    private static readonly ConcurrentQueue<InferExchange> s_idle = new();

    private InferExchange() => Json = new Utf8JsonWriter(Header, new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Call Call { get; } = new();

    /// <summary>By the signature's order.</summary>
    public GivenInput[] Given { get; private set; } = [];

    /// <summary>The inputs in the order they came: where in the signature, and how many elements.</summary>
    public List<(int Index, long Elements)> Order { get; } = [];

    /// <summary>Tensors that came as JSON, as bytes.</summary>
    public ArrayBufferWriter<byte> Data { get; } = new();

    /// <summary>The JSON of the answer, and who writes it.</summary>
    public ArrayBufferWriter<byte> Header { get; } = new();
    public Utf8JsonWriter Json { get; }

    /// <summary>A message that came in several pieces, in one.</summary>
    public ArrayBufferWriter<byte> Message { get; } = new();

    /// <summary>Bytes of the answer's message.</summary>
    public long Length { get; set; }

    /// <summary>The caller's name for the request, as it stood in its JSON, in quotation marks; empty when it gave none.</summary>
    public ArrayBufferWriter<byte> Id { get; } = new(64);

    /// <summary>Gives a request that its caller has not named a name, for the answer.</summary>
    /// <param name="quoted">As JSON has it.</param>
    public void Name(bool quoted)
    {
        if (Id.WrittenCount > (quoted ? 2 : 0))
            return;
        Id.ResetWrittenCount();
        var to = Id.GetSpan(64);
        var at = 0;
        if (quoted)
            to[at++] = (byte)'"';
        Guid.CreateVersion7().TryFormat(to[at..], out var length);
        at += length;
        if (quoted)
            to[at++] = (byte)'"';
        Id.Advance(at);
    }

    /// <returns>The request's name as a text; empty when it has none, or one that is no text.</returns>
    public string RequestId(bool quoted)
    {
        if (!quoted || Id.WrittenCount == 0)
            return Encoding.UTF8.GetString(Id.WrittenSpan);
        try
        {
            return JsonSerializer.Deserialize<string>(Id.WrittenSpan) ?? "";
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // "\ud800" ends amid a character
        {
            return "";
        }
    }

    /// <summary>In the order they were asked for.</summary>
    public List<WantedOutput> Wanted { get; } = [];

    /// <summary>How long it may wait; null for what the deployment says.</summary>
    public TimeSpan? Timeout { get; set; }

    public static InferExchange Rent() => s_idle.TryDequeue(out var exchange) ? exchange : new();

    public void Begin(int inputs)
    {
        Call.Begin(inputs);
        if (Given.Length < inputs)
            Given = new GivenInput[inputs];
        Array.Clear(Given);
    }

    public void Return()
    {
        Call.Release();
        if (s_idle.Count >= MostIdle || Data.Capacity + Header.Capacity + Message.Capacity > MostKept)
            return;
        Data.ResetWrittenCount();
        Header.ResetWrittenCount();
        Id.ResetWrittenCount();
        Message.ResetWrittenCount();
        Wanted.Clear();
        Order.Clear();
        Timeout = null;
        s_idle.Enqueue(this);
    }
}
