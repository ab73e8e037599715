// The API's table of contents: what it is made of, in the order a request meets it.
using MaaS.Api;
using MaaS.Api.Datasets;
using MaaS.Api.Deployments;
using MaaS.Api.Events;
using MaaS.Api.Experiments;
using MaaS.Api.Inference;
using MaaS.Api.Jobs;
using MaaS.Api.Models;
using MaaS.Api.Notifications;
using MaaS.Api.Problems;
using MaaS.Api.Search;
using MaaS.Api.Teams;
using MaaS.Api.Workers;
using MaaS.Catalog;
using MaaS.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddCatalog(builder.Configuration);
builder.AddProblems();
builder.AddIdentity();
builder.AddStartUp();
builder.AddDocumentation();
builder.AddServing();
builder.AddNotifications();
builder.Services.AddSingleton<StorageQuota>().AddSingleton<UploadStream>();
builder.AddEvents();

var app = builder.Build();
app.UseOpenInference();
app.UseProblems();
app.UseIdentity();
app.MapDefaultEndpoints();
app.MapDocumentation();

var api = app.MapGroup("api").RequireAuthorization();
api.MapSession();
api.MapAccount();
api.MapDatasets();
api.MapExperiments();
api.MapRuns();
api.MapJobs();
api.MapEvents();
api.MapSearch();
api.MapModels();
api.MapDeployments();
api.MapTeam();
api.MapNotifications();
api.MapWorkers();

await app.RunAsync();
