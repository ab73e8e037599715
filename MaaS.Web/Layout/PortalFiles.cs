// How scripts and styles reach the browser: compressed, and kept there for as long as they are the same.

namespace MaaS.Web.Layout;

internal static class PortalFiles
{
    public static void AddPortalFiles(this WebApplicationBuilder builder)
    {
        // Run from its build output, as ./maas up does, the files of packages lie where a manifest says, not in wwwroot.
        builder.WebHost.UseStaticWebAssets();
        // A name with a fingerprint never changes what it names. ASP.NET keeps nothing of a build output for long, lest a file be edited under it.
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        // The portal's own files are compressed by the build; those of packages, 0.6 MB of them in a style sheet, only when it is published.
        // Nothing but files: a page that holds a secret and echoes what it is asked must not tell by its length what the secret is.
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/css", "text/javascript"];
        });
    }
}
