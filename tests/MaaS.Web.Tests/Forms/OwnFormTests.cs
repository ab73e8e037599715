// The four things that a form is tried for which is no RecordForm: one that works without scripts, a search, an upload.
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

/// <typeparam name="TComponent">That has the form.</typeparam>
public abstract class OwnFormTests<TComponent> where TComponent : IComponent
{
    [Fact]
    public abstract Task What_is_right_is_sent_as_it_was_entered();

    [Fact]
    public abstract Task What_is_wrong_is_said_and_never_sent();

    [Fact]
    public abstract Task A_refusal_is_said();

    [Fact]
    public abstract Task Two_clicks_send_it_once();
}
