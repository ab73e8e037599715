// Which services MaaS consists of and what waits for what; nothing else.
// A plain Aspire program: -p:Orchestrator=aspire compiles it against Aspire, the default against Embedded/*.cs.
// It does not know how a service is built, started or watched.
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);

// The user's own server when ConnectionStrings__maas names one, else a private one.
var maas = builder.Configuration.GetConnectionString("maas") is null
    ? builder.AddPostgres("postgres").WithDataVolume("maas-data").AddDatabase("maas")
    : builder.AddConnectionString("maas");

// file:///... on one machine, s3://... on several.
var artifacts = builder.AddConnectionString("artifacts");

var api = builder.AddProject<Projects.MaaS_Api>("api")
    .WithReference(maas)
    .WithReference(artifacts)
    .WaitFor(maas)
    // One cleartext port cannot serve HTTP/1.1 and gRPC, so gRPC has its own.
    .WithHttpEndpoint(port: 8082, name: "grpc", env: "MAAS_GRPC_PORT")
    .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
    .WithHttpEndpoint(port: 8083, name: "metrics", env: "MAAS_METRICS_PORT")
    .WithEnvironment("MAAS_SETUP_LINK_FILE", builder.Configuration["MAAS_SETUP_LINK_FILE"])
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints()
    // Whoever collects metrics is on this side of the proxy; they name every team's deployments and ask for no key.
    .WithEndpoint("metrics", endpoint => endpoint.IsExternal = false);

// The API applies the migrations, so whoever needs the schema waits for the API.
builder.AddProject<Projects.MaaS_Worker>("worker")
    .WithReference(maas)
    .WithReference(artifacts)
    .WaitFor(api)
    .WithReplicas(builder.Configuration.GetValue("MAAS_WORKERS", 1))
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.MaaS_Web>("web")
    .WithReference(api)
    .WaitFor(api)
    .WithEnvironment("MAAS_DATA_PROTECTION", builder.Configuration["MAAS_DATA_PROTECTION"])
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

builder.Build().Run();
