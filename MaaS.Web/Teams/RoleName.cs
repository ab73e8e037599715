// What a role is called.
using MaaS.Contracts.Teams;

namespace MaaS.Web.Teams;

internal static class RoleName
{
    public static string Of(Role role) => role switch
    {
        Role.Viewer => T["Viewer"],
        Role.Member => T["Member"],
        _ => T["Admin"],
    };
}
