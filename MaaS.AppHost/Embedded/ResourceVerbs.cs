// The verbs of AppHost.cs, with the signatures of Aspire 13.5.2, for the embedded mode.
// They only write down what was declared and keep the contract of an Aspire run: the same variables reach the same services.
using MaaS.AppHost.Embedded;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

internal static class ResourceVerbs
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new PostgresServerResource(name, new EmbeddedPostgres(builder.Data)));

    /// <summary>Nothing to do here: the embedded server always keeps its data in the folder <c>postgres</c> of the data folder.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string name) =>
        builder;

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name)
    {
        builder.Resource.Server.Databases.Add(name);
        return builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, name, builder.Resource));
    }

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new ConnectionStringResource(name, builder.Configuration.GetConnectionString(name)
            ?? throw new Refusal($"ConnectionStrings__{name} is not set.")));

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var project = new Project(new TProject().ProjectPath);
        var resource = new ProjectResource(name, project);
        resource.Endpoints.Add(new EndpointAnnotation("http") { Port = project.Port });
        return builder.AddResource(resource);
    }

    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(
        this IResourceBuilder<ProjectResource> builder, int? port = null, string? name = null, string? env = null)
    {
        builder.Resource.Endpoints.Add(new EndpointAnnotation(name ?? "http") { Port = port, TargetPortEnvironmentVariable = env });
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithEndpoint(
        this IResourceBuilder<ProjectResource> builder, string endpointName, Action<EndpointAnnotation> callback)
    {
        callback(builder.Resource.Endpoint(endpointName));
        return builder;
    }

    /// <summary>Another machine may call the service, when <c>MAAS_LISTEN</c> says so.</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(this IResourceBuilder<ProjectResource> builder)
    {
        builder.Resource.Endpoints.ForEach(endpoint => endpoint.IsExternal = true);
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(this IResourceBuilder<ProjectResource> builder, string? path = null)
    {
        builder.Resource.HealthPath = path ?? "/";
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        builder.Resource.Replicas = replicas;
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WaitFor(this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency)
    {
        var awaited = dependency.Resource is IResourceWithConnectionString connection ? connection.Server : dependency.Resource;
        if (awaited is not null)
            builder.Resource.WaitsFor.Add(awaited);
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> builder, string name, string? value) =>
        builder.With(() => [new(name, value)]);

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithConnectionString> source) =>
        builder.With(() => [new($"ConnectionStrings__{source.Resource.Name}", source.Resource.ConnectionString)]);

    /// <summary>Service discovery: <c>services__api__http__0</c>, and <c>API_HTTP</c> for programs that know no discovery.</summary>
    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<ProjectResource> source) =>
        builder.With(() => source.Resource.Endpoints.SelectMany(endpoint => new KeyValuePair<string, string?>[]
        {
            new($"services__{source.Resource.Name}__{endpoint.Name}__0", endpoint.Url),
            new($"{source.Resource.Name}_{endpoint.Name}".ToUpperInvariant(), endpoint.Url),
        }));

    private static IResourceBuilder<ProjectResource> With(
        this IResourceBuilder<ProjectResource> builder, Func<IEnumerable<KeyValuePair<string, string?>>> variables)
    {
        builder.Resource.Environment.Add(variables);
        return builder;
    }
}
