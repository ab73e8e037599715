// Every form of the portal: valid, invalid, refused by the server, pressed twice. A form that is tried here by nobody is a failure too.
using System.Net;
using System.Text.RegularExpressions;
using Bunit;
using MaaS.Contracts;

namespace MaaS.Web.Tests.Forms;

public sealed partial class FormTests
{
    private static readonly FormCase[] s_all = [.. DataForms.All, .. RunForms.All, .. ModelForms.All, .. ServingForms.All, .. TeamForms.All];

    public static TheoryData<string> All => [.. s_all.Select(one => $"{one}")];

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_right_is_sent_as_it_was_entered(string form)
    {
        var one = Of(form);
        await using var portal = Answering(one);
        var page = await one.Open(portal);
        await one.Right(page);

        await page.Form(one.Submit).SubmitAsync();

        Assert.Contains(one.Sends, Assert.Single(portal.Api.BodiesOf(one.Call)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_wrong_is_said_at_its_field_and_never_sent(string form)
    {
        var one = Of(form);
        await using var portal = Answering(one);
        var page = await one.Open(portal);
        if (one.Wrong is null)
        {
            Assert.NotNull(one.Why);
            return;
        }
        await one.Wrong(page);

        await page.Form(one.Submit).SubmitAsync();

        Assert.Empty(portal.Api.BodiesOf(one.Call));
        if (one.Says is null)
            Assert.True(page.Find(Filling.Id(one.Submit)).HasAttribute("disabled"));
        else
            Assert.Contains(page.Form(one.Submit).QuerySelectorAll(".field-error"), error => error.TextContent.Contains(one.Says, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_refusal_by_the_server_is_said_in_the_form_which_stays_as_it_is_and_can_be_sent_again(string form)
    {
        var one = Of(form);
        await using var portal = new Portal(one.Role);
        portal.Api.Refuses(one.Call, new Problem(409, "not_now", "Conflict", "Not now; try again later."));
        var page = await one.Open(portal);
        await one.Right(page);

        await page.Form(one.Submit).SubmitAsync();

        Assert.Equal("Not now; try again later.", page.Form(one.Submit).QuerySelector("[role=alert] span")?.TextContent);
        portal.Api.On(one.Call, _ => Answer(one));
        await page.Form(one.Submit).SubmitAsync();
        var sent = portal.Api.BodiesOf(one.Call).ToList();
        Assert.Equal([sent[0], sent[0]], sent);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Two_clicks_send_it_once(string form)
    {
        var one = Of(form);
        await using var portal = new Portal(one.Role);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        portal.Api.On(one.Call, _ => answer.Task);
        var page = await one.Open(portal);
        await one.Right(page);

        var shown = page.Form(one.Submit);
        var (first, second) = (shown.SubmitAsync(), shown.SubmitAsync());
        Assert.True(page.Find(Filling.Id(one.Submit)).HasAttribute("disabled"));
        answer.SetResult(await Answer(one));
        await Task.WhenAll(first, second);

        Assert.Single(portal.Api.BodiesOf(one.Call));
    }

    [Fact]
    public void Every_form_is_tried()
    {
        var there = Portals().SelectMany(page => RecordForm().Matches(page.Text).Select(form => $"{page.Path[..^".razor".Length]} {Submit().Match(form.Value).Groups["id"].Value}"));

        Assert.Equal(there.Order(StringComparer.Ordinal), s_all.Select(one => $"{one}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_form_that_is_no_record_is_tried_by_tests_of_its_own()
    {
        var own = typeof(FormTests).Assembly.GetTypes().Where(type => !type.IsAbstract).SelectMany(Bases)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(OwnFormTests<>)).Select(type => type.GetGenericArguments()[0].Name);
        var there = Portals().Where(page => page.Path is not "Shared/RecordForm.razor" && OwnForm().IsMatch(page.Text)).Select(page => Path.GetFileNameWithoutExtension(page.Path));

        Assert.Equal(there.Order(StringComparer.Ordinal), own.Order(StringComparer.Ordinal));

        static IEnumerable<Type> Bases(Type type) => type.BaseType is { } parent ? Bases(parent).Prepend(parent) : [];
    }

    private static FormCase Of(string form) => s_all.Single(one => $"{one}" == form);

    private static Portal Answering(FormCase one)
    {
        var portal = new Portal(one.Role);
        portal.Api.On(one.Call, _ => Answer(one));
        return portal;
    }

    private static Task<HttpResponseMessage> Answer(FormCase one) =>
        Task.FromResult(one.Answer is null ? new HttpResponseMessage(HttpStatusCode.NoContent) : ScriptedApi.Json(HttpStatusCode.OK, one.Answer));

    private static IEnumerable<(string Path, string Text)> Portals() => PortalSources.Of("*.razor").Select(page => (page.Path, Comment().Replace(page.Text, "")));

    [GeneratedRegex("""<RecordForm\s(?:[^<"]|"[^"]*")*>""")]
    private static partial Regex RecordForm();

    [GeneratedRegex("""SubmitTestId="(?<id>[^"]+)""")]
    private static partial Regex Submit();

    [GeneratedRegex("<form\\s|type=\"file\"")]
    private static partial Regex OwnForm();

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
