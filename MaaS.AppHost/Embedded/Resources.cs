// The nouns of AppHost.cs, named as Aspire names them, with only what the embedded mode needs to know of each.
// They hold what was declared; DistributedApplication makes them run.
using MaaS.AppHost.Embedded;

namespace Aspire.Hosting.ApplicationModel;

internal interface IResource
{
    string Name { get; }
}

internal interface IResourceWithConnectionString : IResource
{
    string ConnectionString { get; }

    /// <summary>What must be healthy before the connection string is of use; null when it is somebody else's server.</summary>
    IResource? Server { get; }
}

/// <summary>A resource being declared. It is covariant, so that a database can be given where a connection string is wanted.</summary>
internal interface IResourceBuilder<out T> where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

internal sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
    where T : IResource;

internal sealed record PostgresServerResource(string Name, EmbeddedPostgres Server) : IResource;

internal sealed record PostgresDatabaseResource(string Name, string DatabaseName, PostgresServerResource Parent) : IResourceWithConnectionString
{
    public string ConnectionString => Parent.Server.ConnectionString(DatabaseName);

    public IResource Server => Parent;
}

/// <summary>A connection string that the user gave; nothing is started for it.</summary>
internal sealed record ConnectionStringResource(string Name, string ConnectionString) : IResourceWithConnectionString
{
    public IResource? Server => null;
}

/// <summary>A port that a service listens on. <see cref="Port"/> is the wished one until the application is built, then the real one.</summary>
internal sealed class EndpointAnnotation(string name)
{
    public string Name => name;

    public int? Port { get; set; }

    /// <summary>The variable that tells the service this port; without one the port is part of <c>ASPNETCORE_URLS</c>.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    /// <summary><c>http</c> or <c>http2</c>. Only a published deployment reads it; the service itself decides what it speaks.</summary>
    public string Transport { get; set; } = "http";

    public bool IsExternal { get; set; }

    public string Url => $"http://127.0.0.1:{Port}";
}

/// <summary>One of our services: a program built beside the AppHost.</summary>
internal sealed class ProjectResource(string name, Project project) : IResource
{
    public string Name => name;

    public Project Project => project;

    public int Replicas { get; set; } = 1;

    public string? HealthPath { get; set; }

    public List<EndpointAnnotation> Endpoints { get; } = [];

    public List<IResource> WaitsFor { get; } = [];

    /// <summary>Asked when the application is built and every port is known.</summary>
    public List<Func<IEnumerable<KeyValuePair<string, string?>>>> Environment { get; } = [];

    public EndpointAnnotation Endpoint(string endpoint) =>
        Endpoints.Find(e => e.Name == endpoint) ?? throw new InvalidOperationException($"The service {name} has no endpoint named {endpoint}.");
}
