// How many notifications the person has not read: one count for the bell and the page that reads them.
using MaaS.Contracts;

namespace MaaS.Web.Notifications;

internal sealed class Unread(MaaSClient api)
{
    public int Count { get; private set; }

    public event Action? Changed;

    public async Task Refresh(CancellationToken token = default)
    {
        var before = Count;
        Count = (await api.UnreadNotifications(token)).Count;
        if (Count != before) Changed?.Invoke();
    }
}
