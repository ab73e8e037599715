// What a role may do in the portal's eyes: it only greys buttons out. The API decides.
using MaaS.Contracts.Teams;

namespace MaaS.Web.Shared;

internal static class Permission
{
    public static string ViewerHint => T["A viewer can look but not change. Ask an admin of the team for the member role."];

    public static bool CanChange(this CallerView caller) => caller.Role >= Role.Member;

    public static bool CanManage(this CallerView caller) => caller.Role >= Role.Admin;
}
