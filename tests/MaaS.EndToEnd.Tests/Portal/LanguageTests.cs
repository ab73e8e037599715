// The portal in Chinese in a real browser: chosen before signing in, spoken by the circuit, changed in the account menu.
using MaaS.EndToEnd.Tests.AppHost;
using static Microsoft.Playwright.Assertions;

namespace MaaS.EndToEnd.Tests.Portal;

public sealed class LanguageTests : IDisposable
{
    private const string Email = "admin@example.com";
    private const string Password = "a password for a test";

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_choice_lasts_from_the_sign_in_form_through_every_page_until_another_is_made()
    {
        await using var browser = await Browser.Open();
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", Email), ("MAAS_ADMIN_PASSWORD", Password));
        var at = await browser.Page(run.Address("web"));
        await at.Goto("/language/zh-Hans?return=/sign-in");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync("not this one");
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("error")).ToContainTextAsync("电子邮箱与密码不匹配");
        await at.Id("email").FillAsync(Email);
        await at.Id("password").FillAsync(Password);
        await at.Id("sign-in").ClickAsync();
        await Expect(at.Id("first-steps")).ToContainTextAsync("入门步骤");

        foreach (var (path, heading) in new[] { ("/datasets", "数据集"), ("/train", "训练模型"), ("/experiments", "实验"), ("/jobs", "任务"), ("/models", "模型"), ("/deployments", "部署"), ("/team", "成员"), ("/account", "你的账户") })
        {
            await at.Goto(path);
            await Expect(at.Main).ToContainTextAsync(heading);
            await at.Shot($"zh-{path[1..]}");
        }

        await at.Id("account").GetByRole(AriaRole.Button).ClickAsync();
        await at.Id("language-en").ClickAsync();
        await Expect(at.Main).ToContainTextAsync("Your account");
        // The refused password is a 401 to the portal, not to the browser.
        Assert.True(at.Complaints.Count == 0, string.Join(Environment.NewLine, at.Complaints));
    }
}
