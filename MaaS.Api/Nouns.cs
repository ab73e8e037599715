// What the API speaks of: a folder each, in the order a user meets them.
using MaaS.Api.Datasets;
using MaaS.Api.Deployments;
using MaaS.Api.Events;
using MaaS.Api.Experiments;
using MaaS.Api.Jobs;
using MaaS.Api.Models;
using MaaS.Api.Notifications;
using MaaS.Api.Search;
using MaaS.Api.Teams;
using MaaS.Api.Workers;

namespace MaaS.Api;

internal static class Nouns
{
    public static void MapNouns(this WebApplication app)
    {
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
    }
}
