// A stream of events on which a test says what comes.
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Events;

namespace MaaS.Web.Tests;

internal sealed class EventScript
{
    private readonly Pipe _pipe = new();
    private int _said;

    /// <param name="api">Its next streams are this one.</param>
    public EventScript(ScriptedApi api) => api.Streams(ScriptedApi.EventStream, _pipe.Reader.AsStream());

    /// <returns>The event's id.</returns>
    public async Task<string> Say(LiveEvent item)
    {
        var id = $"jobs={++_said}";
        await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes($"id: {id}\ndata: {JsonSerializer.Serialize(item, MaaSJson.Options)}\n\n"), TestContext.Current.CancellationToken);
        return id;
    }

    /// <summary>Ends it, as a server does that goes.</summary>
    public ValueTask End() => _pipe.Writer.CompleteAsync();

    /// <summary>Cuts it, as a network does that fails.</summary>
    public ValueTask Break() => _pipe.Writer.CompleteAsync(new IOException("The connection broke."));
}
