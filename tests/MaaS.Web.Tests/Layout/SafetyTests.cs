// What the portal promises a browser, held against its sources: scripts come from files, and no form is posted without its token.
using System.Text.RegularExpressions;
using MaaS.Web.Layout;
using Microsoft.AspNetCore.Http;

namespace MaaS.Web.Tests.Layout;

public sealed partial class SafetyTests
{
    [Fact]
    public async Task Scripts_run_only_from_files_of_the_portal_and_nobody_frames_it()
    {
        var context = new DefaultHttpContext();
        await new SecurityHeaders(_ => Task.CompletedTask).InvokeAsync(context);
        var policy = context.Response.Headers.ContentSecurityPolicy.ToString().Split(';', StringSplitOptions.TrimEntries).ToDictionary(part => part.Split(' ')[0], part => part[(part.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

        Assert.Equal(("'self'", "'self'", "'none'", "'none'", "'self'"), (policy["default-src"], policy["script-src"], policy["object-src"], policy["frame-ancestors"], policy["form-action"]));
        Assert.Equal(("nosniff", "same-origin"), ($"{context.Response.Headers.XContentTypeOptions}", $"{context.Response.Headers["Referrer-Policy"]}"));
    }

    [Fact]
    public void No_page_has_a_script_or_a_handler_in_it()
    {
        foreach (var (path, text) in PortalSources.Of("*.razor"))
        {
            Assert.False(InlineScript().IsMatch(text), $"{path} has a script without a file; the policy forbids it.");
            Assert.False(InlineHandler().IsMatch(text), $"{path} has a handler in an attribute; the policy forbids it.");
        }
    }

    [Fact]
    public void Every_form_that_is_posted_carries_its_token()
    {
        var posted = PortalSources.Of("*.razor").Where(source => source.Text.Contains("method=\"post\"", StringComparison.Ordinal)).ToList();

        Assert.Equal(["ForgotPage.razor", "ResetPage.razor", "SetupPage.razor", "SignInPage.razor"], posted.Select(source => Path.GetFileName(source.Path)).Order());
        Assert.All(posted, source => Assert.Equal(PostedForm().Count(source.Text), TokenForm().Count(source.Text)));
    }

    [Fact]
    public void Every_other_post_asks_for_the_token_by_hand()
    {
        foreach (var (path, text) in PortalSources.Of("*.cs").Where(source => source.Text.Contains("MapPost(", StringComparison.Ordinal)))
            Assert.True(text.Contains("IsRequestValidAsync", StringComparison.Ordinal), $"{path} takes a post and never asks for the antiforgery token.");
    }

    [GeneratedRegex("<script(?![^>]*\\bsrc=)", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("\\son(click|change|submit|load|error|input|focus)=")]
    private static partial Regex InlineHandler();

    [GeneratedRegex("<form method=\"post\"")]
    private static partial Regex PostedForm();

    [GeneratedRegex("<form method=\"post\"[^>]*@formname[^>]*>\\s*<AntiforgeryToken />")]
    private static partial Regex TokenForm();
}
