// Who is calling, for whom, and what they may do. Every handler takes one; there is no other way to know the team.
using MaaS.Api.Inference;
using MaaS.Contracts.Teams;

namespace MaaS.Api.Teams;

/// <param name="Name">The person's e-mail address, or the key's name: what the audit log and "created by" say.</param>
/// <param name="Usage">What it has asked of deployments; null only in the call that signs it in.</param>
internal sealed record Caller(Guid TeamId, Role Role, string Name, Guid? UserId, Guid? KeyId, Usage? Usage = null)
{
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(context.Features.Get<Caller>());
}
