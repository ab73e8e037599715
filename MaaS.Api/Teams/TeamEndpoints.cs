// What belongs to the team itself: its people, its keys for programs, what it may ask for, and the record of who did what.
namespace MaaS.Api.Teams;

internal static class TeamEndpoints
{
    public static void MapTeam(this IEndpointRouteBuilder api)
    {
        api.MapMembers();
        api.MapKeys();
        api.MapUsage();
        api.MapAudit();
    }
}
