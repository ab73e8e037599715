// MudBlazor's own texts. It asks by names of its own, which are keys of our resources; in English it asks nobody.
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace MaaS.Web.Languages;

internal sealed class MudTexts : MudLocalizer
{
    public override LocalizedString this[string key] => new(key, T.Find(key) ?? key, resourceNotFound: T.Find(key) is null);
}
