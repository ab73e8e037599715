// The worker: registers with its devices, claims jobs, runs each in a child process. "run <job> <attempt>" is that child.
using System.Globalization;
using MaaS.Catalog;
using MaaS.ServiceDefaults;
using MaaS.Worker;
using MaaS.Worker.Jobs;
using MaaS.Worker.Runs;

if (args is ["run", var job, var attempt])
    return await JobRun.Run(new(Guid.Parse(job), int.Parse(attempt, CultureInfo.InvariantCulture)));

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddCatalog(builder.Configuration);
builder.Services.AddSingleton<Presence>();
builder.Services.AddHostedService(services => services.GetRequiredService<Presence>());
builder.Services.AddHostedService<JobLoop>();
builder.Services.AddHealthChecks().AddCheck<Presence>("registered");

var app = builder.Build();
app.MapDefaultEndpoints();
await app.RunAsync();
return 0;
