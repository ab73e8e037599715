// How many notifications the person has not read: one count for the bell and the page that reads them, told by the tab's events. What is
// read here counts at once, not at the next event.
using MaaS.Contracts;
using MaaS.Contracts.Events;
using MaaS.Web.Events;

namespace MaaS.Web.Notifications;

internal sealed class Unread(MaaSClient api, Live live) : IDisposable
{
    private Following? _following;

    public int Count { get; private set; }

    /// <summary>Raised on any thread.</summary>
    public event Action? Changed;

    public void Follow() => _following ??= live.Follow([Topic.Notifications], item => Set(item is UnreadEvent unread ? unread.Count : 0));

    public async Task Refresh(CancellationToken token = default) => Set((await api.UnreadNotifications(token)).Count);

    private void Set(int count)
    {
        if (count == Count) return;
        Count = count;
        Changed?.Invoke();
    }

    public void Dispose() => _following?.Dispose();
}
