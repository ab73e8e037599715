// The API's table of contents: what it is made of, in the order a request meets it.
using MaaS.Api;
using MaaS.Api.Datasets;
using MaaS.Api.Events;
using MaaS.Api.Inference;
using MaaS.Api.Notifications;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
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
app.MapNouns();

await app.RunAsync();
