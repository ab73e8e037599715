// What a service is told when its configuration cannot work.
using MaaS.Catalog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests;

public sealed class RegistrationTests
{
    [Theory]
    [InlineData(null, "file:///tmp/a", "ConnectionStrings:maas is not set.")]
    [InlineData("Host=a", null, "ConnectionStrings:artifacts is not set.")]
    [InlineData("Host=a", "s3://bucket", "ConnectionStrings:artifacts is \"s3://bucket\"; only file:///folder is built yet, an object store (s3://) is not.")]
    public void A_setting_that_is_missing_or_cannot_work_is_named(string? maas, string? artifacts, string sentence)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:maas"] = maas,
            ["ConnectionStrings:artifacts"] = artifacts,
        }).Build();

        var refused = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddCatalog(configuration));

        Assert.StartsWith(sentence, refused.Message);
    }
}
