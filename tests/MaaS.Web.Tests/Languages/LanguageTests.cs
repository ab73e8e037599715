// Choosing a language, and what a page then says.
using Bunit;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Workers;
using MaaS.Web.Languages;
using MaaS.Web.Shared;
using MaaS.Web.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static MaaS.Web.Languages.Texts;

namespace MaaS.Web.Tests.Languages;

public sealed class LanguageTests
{
    [Theory]
    [InlineData(null, null, "en")]
    [InlineData(null, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans")]
    [InlineData(null, "zh-TW,zh;q=0.9,en;q=0.8", "en")]
    [InlineData(null, "fr-FR,fr;q=0.9", "en")]
    [InlineData("c=en|uic=en", "zh-CN", "en")]
    [InlineData("c=zh-Hans|uic=zh-Hans", "en-GB", "zh-Hans")]
    [InlineData("c=zh-Hans|uic=<script>", "en", "en")]
    public async Task A_choice_counts_more_than_what_the_browser_asks_for(string? cookie, string? asked, string expected)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddLanguages();
        var provider = services.BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = provider };
        if (cookie is not null) context.Request.Headers.Cookie = $"maas.language={Uri.EscapeDataString(cookie)}";
        context.Request.Headers.AcceptLanguage = asked;
        var app = new ApplicationBuilder(provider).UseRequestLocalization();
        app.Run(page => page.Response.WriteAsync(Language.Current.Code, page.RequestAborted));
        using var body = new MemoryStream();
        context.Response.Body = body;

        await app.Build()(context);

        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal(expected, context.Response.Headers.ContentLanguage.ToString());
    }

    [Theory]
    [InlineData("zh-Hans", "/models?page=2", "/models?page=2")]
    [InlineData("en", "//elsewhere.example", "/")]
    public async Task Choosing_keeps_the_language_and_leads_back(string code, string from, string to)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };

        await LanguageChoice.Choose(code, from, context).ExecuteAsync(context);

        Assert.Equal((302, to), (context.Response.StatusCode, context.Response.Headers.Location.ToString()));
        Assert.StartsWith($"maas.language=c%3D{code}%7Cuic%3D{code}; max-age=31536000; path=/; samesite=lax; httponly", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_that_is_none_is_not_found() =>
        Assert.Equal(404, Assert.IsType<IStatusCodeHttpResult>(LanguageChoice.Choose("tlh", "/", new DefaultHttpContext()), exactMatch: false).StatusCode);

    [Fact]
    public async Task A_stranger_is_offered_every_language_by_its_own_name()
    {
        await using var portal = new Portal(language: "zh-Hans");

        var links = portal.Render<LanguageLinks>();

        Assert.Equal(
            [("/language/en?return=%2F", "en", "English", null), ("/language/zh-Hans?return=%2F", "zh-Hans", "简体中文", "true")],
            links.FindAll("a").Select(link => (link.GetAttribute("href"), link.GetAttribute("lang"), link.TextContent, link.GetAttribute("aria-current"))));
        Assert.Equal("语言", links.Find("nav").GetAttribute("aria-label"));
    }

    [Fact]
    public async Task A_refusal_is_said_in_the_readers_language_and_loses_none_of_its_details()
    {
        await using var portal = new Portal(language: "zh-Hans");

        Assert.Equal("数据行数太少。There are 3 images.", Failure.Words(new(422, "too_few_rows", "Invalid", "There are 3 images.")));
        Assert.Equal("Nobody has translated this one.", Failure.Words(new(422, "no_such_code", "Invalid", "Nobody has translated this one.")));
    }

    [Fact]
    public async Task A_sentence_is_known_by_its_pattern_and_its_words_are_translated_too()
    {
        await using var portal = new Portal(language: "zh-Hans");

        Assert.Equal("批大小必须在 1 到 4096 之间。", T.Heard("Batch size must be between 1 and 4096."));
        Assert.Equal("必须填写电子邮箱。 必须填写密码。", T.Heard("Email is required. Password is required."));
        Assert.Equal("运行 Home 已完成", T.Heard("Run Home finished"));
        Assert.Equal("静态 int8 量化 (最小-最大, 512 行, 逐通道)", T.HeardEach("static int8 (min-max, 512 rows, per channel)"));
        Assert.Equal("Never heard before.", T.Heard("Never heard before."));
    }

    [Fact]
    public async Task A_page_speaks_the_readers_language_and_its_numbers_stay_readable_by_fields()
    {
        await using var portal = new Portal(language: "zh-Hans");
        portal.Api.Answers("GET /api/workers", new[] { new WorkerView(Guid.NewGuid(), "w1", [new("cpu", 0, "Xeon", 64_000_000_000)], 1, true, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch) });

        var page = portal.Page<WorkersPage>();
        var field = portal.Render<NumberField>(parameters => parameters.Add(part => part.Label, T["Learning rate"]).Add(part => part.Value, 0.001));

        Assert.Equal("工作进程", page.Find("h1").TextContent.Trim());
        Assert.Equal("在线", (await page.WaitForElementAsync("[data-testid=state]")).TextContent);
        Assert.Equal(("学习率", "0.001"), (field.Find("label").TextContent, field.Find("input").GetAttribute("value")));
    }

    [Fact]
    public async Task A_mistake_in_a_form_names_its_field_in_the_readers_language()
    {
        await using var portal = new Portal(language: "zh-Hans");

        Assert.Equal("新密码必须为 10 到 200 个字符。", FormErrors.Of(new ChangePassword("the present one", "short")).First);
    }

    [Fact]
    public async Task English_is_what_the_sources_say()
    {
        await using var portal = new Portal();

        Assert.Equal(("Language", "3 runs", "Batch size must be between 1 and 4096."), (T["Language"], T["{0} runs", 3], T.Heard("Batch size must be between 1 and 4096.")));
    }
}
