// The portal: pages for people, made of the same API calls a customer's key can make. This is its table of contents.
// It does not know the database, the engine or ONNX Runtime; the typed client is its only way to anything.
using MaaS.ServiceDefaults;
using MaaS.Web;
using MaaS.Web.Events;
using MaaS.Web.Languages;
using MaaS.Web.Layout;
using MaaS.Web.Notifications;
using MaaS.Web.Playground;
using MaaS.Web.Session;
using MaaS.Web.Shared;
using MudBlazor;
using MudBlazor.Services;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPortalFiles();
builder.AddTrustedProxies();
builder.AddPortalSession();
builder.Services.AddLanguages();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter);
builder.Services.AddScoped<Browser>().AddScoped<Live>().AddScoped<Unread>();
builder.Services.AddSingleton<ApiAddress>();

var app = builder.Build();
app.UseTrustedProxies();
app.UseRequestLocalization();
app.UseExceptionHandler("/error", createScopeForErrors: true);
app.UseWhen(context => HttpMethods.IsGet(context.Request.Method), pages =>
    pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
app.UseMiddleware<SecurityHeaders>();
app.UseResponseCompression();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapSession();
app.MapLanguages();
app.MapUploads();
app.MapDownloads();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
await app.RunAsync();
