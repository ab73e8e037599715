// Which runs are chosen, and where a range began. Knows places and ids, nothing of keys or clicks.
namespace MaaS.Web.Experiments;

public sealed class RunSelection
{
    private readonly HashSet<Guid> _ids = [];

    /// <summary>The place that the keyboard is at; -1 before it was anywhere.</summary>
    public int Current { get; set; } = -1;

    /// <summary>The place that a range is counted from.</summary>
    public int Anchor { get; set; } = -1;

    public IReadOnlyCollection<Guid> Ids => _ids;

    public int Count => _ids.Count;

    public bool Has(Guid id) => _ids.Contains(id);

    public void Set(Guid id, bool on)
    {
        if (on) _ids.Add(id);
        else _ids.Remove(id);
    }

    public void Clear()
    {
        _ids.Clear();
        Current = Anchor = -1;
    }
}
