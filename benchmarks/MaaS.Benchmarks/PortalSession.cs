// A browser's way in, as far as an upload needs it: the sign-in form, its cookie, the page's antiforgery token.
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;

namespace MaaS.Benchmarks;

internal sealed partial class PortalSession : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { CookieContainer = new CookieContainer() })
    {
        BaseAddress = new Uri(Platform.Setting("MAAS_WEB")),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task SignIn()
    {
        var form = FormToken().Match(await _http.GetStringAsync("sign-in")).Groups["token"].Value;
        var answer = await _http.PostAsync("sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = form,
            ["Form.Email"] = Platform.Setting("MAAS_ADMIN_EMAIL"),
            ["Form.Password"] = Platform.Setting("MAAS_ADMIN_PASSWORD"),
        }));
        var page = await answer.Content.ReadAsStringAsync();
        _http.DefaultRequestHeaders.Add("RequestVerificationToken", PageToken().Match(page).Groups["token"].Value);
    }

    public async Task<DatasetView> Upload(string name, Stream file)
    {
        using var body = new StreamContent(file, 1 << 16);
        body.Headers.ContentType = new("application/octet-stream");
        var answer = await _http.PostAsync($"datasets/upload?name={Uri.EscapeDataString(name)}&fileName=rows.csv", body);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<DatasetView>(MaaSJson.Options))!
            : throw new InvalidOperationException($"The portal refused the upload ({(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync()}");
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)"|value="(?<token>[^"]+)" name="__RequestVerificationToken""", RegexOptions.None, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("""<meta name="antiforgery" content="(?<token>[^"]+)""", RegexOptions.None, 1000)]
    private static partial Regex PageToken();
}
