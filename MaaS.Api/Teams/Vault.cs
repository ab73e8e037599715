// Encrypts the secrets that must be read again: of authenticators and webhooks. The keys are rows of PostgreSQL, so every replica has them;
// they keep a leaked table or query result unreadable, not a whole leaked database, which holds the keys too.
using System.Xml.Linq;
using MaaS.Catalog;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Teams;

internal sealed class Vault : IXmlRepository, IDisposable
{
    public const string Authenticators = "authenticators";
    public const string Webhooks = "webhooks";

    private readonly IDbContextFactory<CatalogContext> _contexts;
    private readonly ServiceProvider _services;
    private readonly IDataProtectionProvider _protection;

    public Vault(IDbContextFactory<CatalogContext> contexts)
    {
        _contexts = contexts;
        // Services of its own: the host's would read the keys at start, when the schema may not be there yet.
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().SetApplicationName("MaaS.Api");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = this);
        _services = services.BuildServiceProvider();
        _protection = _services.GetRequiredService<IDataProtectionProvider>();
    }

    public Task<byte[]> Protect(string purpose, byte[] secret) => OnPool(() => _protection.CreateProtector(purpose).Protect(secret));

    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is gone, or the bytes are not ours.</exception>
    public Task<byte[]> Unprotect(string purpose, byte[] stored) => OnPool(() => _protection.CreateProtector(purpose).Unprotect(stored));

    // The keys are read while the caller's thread waits, as the interface wants it; one that serves sockets (Listening) would wait for itself.
    private static Task<byte[]> OnPool(Func<byte[]> work) => Task.Run(work);

    IReadOnlyCollection<XElement> IXmlRepository.GetAllElements()
    {
        using var context = _contexts.CreateDbContext();
        return [.. context.ProtectionKeys.AsNoTracking().Select(row => row.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    void IXmlRepository.StoreElement(XElement element, string friendlyName)
    {
        using var context = _contexts.CreateDbContext();
        context.ProtectionKeys.Add(new() { Name = $"{friendlyName} {Guid.CreateVersion7()}", Xml = element.ToString(SaveOptions.DisableFormatting) });
        context.SaveChanges();
    }

    public void Dispose() => _services.Dispose();
}
