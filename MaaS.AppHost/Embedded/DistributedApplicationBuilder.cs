// Collects what AppHost.cs declares, and gives it the configuration of an embedded run.
using MaaS.AppHost.Embedded;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<IResource> _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        Data = DataFolder.Open();
        // The API writes a new one at every start for as long as nobody can sign in; an old one leads nowhere.
        File.Delete(Data.PathOf("setup-link"));
        Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:artifacts"] = new Uri(Data.Folder("artifacts")).AbsoluteUri,
            ["MAAS_DATA_PROTECTION"] = Data.Folder("portal-keys"),
            ["MAAS_SETUP_LINK_FILE"] = Data.PathOf("setup-link"),
        });
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);
    }

    public ConfigurationManager Configuration { get; } = new();

    public DataFolder Data { get; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <summary>Settles every port, so that each service can be told where the others are.</summary>
    public DistributedApplication Build()
    {
        var log = new LogLines("maas");
        HashSet<int> taken = [];
        var patience = TimeSpan.FromSeconds(Data.LeftInAHurry ? 5 : 0);
        foreach (var project in _resources.OfType<ProjectResource>())
            foreach (var endpoint in project.Endpoints)
            {
                var variable = endpoint.Name == "http" ? $"MAAS_{project.Name}_PORT" : $"MAAS_{project.Name}_{endpoint.Name}_PORT";
                variable = variable.ToUpperInvariant();
                var wished = Configuration.GetValue<int?>(variable) ?? endpoint.Port ?? 0;
                endpoint.Port = wished != 0 && !taken.Contains(wished) && Ports.IsFree(wished, patience) ? wished : Ports.AnyFree();
                taken.Add(endpoint.Port.Value);
                if (wished != 0 && endpoint.Port != wished)
                    log.Say($"port {wished} is taken, so the {project.Name}'s {endpoint.Name} endpoint takes {endpoint.Port} "
                        + $"({variable} chooses another)");
            }
        return new DistributedApplication(_resources, Data);
    }
}
