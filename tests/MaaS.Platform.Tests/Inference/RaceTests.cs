// Everything that can be done to a deployment at once, while it is deleted: each call is done, or is told why not, and none fails.
using System.Net;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class RaceTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task A_deployment_that_is_deleted_amid_everything_fails_nobody()
    {
        var second = await Another();
        for (var round = 0; round < 10; round++)
        {
            var name = $"{Seed.Mark}-{round}";
            await Member.Deploy(new(name, All(1)), Token);
            await Member.Revise(name, new([new(Seed.Model, 1, 50), new(Seed.Model, second, 50)]), Token);
            var failed = await Task.WhenAll(new Func<Task>[]
            {
                () => Member.DeleteDeployment(name, Token),
                () => Member.DeleteDeployment(name, Token),
                () => Member.Revise(name, new(All(second), Guard: new(MaxDisagreementPercent: 10)), Token),
                () => Member.RollBack(name, new(1), Token),
                () => Member.Pause(name, Token),
                () => Member.Resume(name, Token),
                () => Admin.StartSampling(name, new(), Token),
                () => Member.Predict(name, Fifty, Token),
                () => Open($"v2/repository/models/{name}/unload"),
                () => Open($"v2/repository/models/{name}/load"),
                () => Open($"v2/models/{name}/infer"),
                () => Open("v2/repository/index"),
            }.Select(Failure));

            Assert.Empty(failed.OfType<string>());
        }
    }

    private async Task Open(string path)
    {
        using var answer = await Team.Http(Role.Admin).PostAsync(path, Bare(Encoding.UTF8.GetBytes(path.EndsWith("infer", StringComparison.Ordinal) ? All("""{"inputs":INPUTS}""") : "")), Token);
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{path}: {answer.StatusCode}, {await answer.Content.ReadAsStringAsync(Token)}");
    }

    /// <returns>Null when it was done or refused; paused is a refusal too.</returns>
    private static async Task<string?> Failure(Func<Task> call)
    {
        // Together: what comes a moment later finds nothing any more.
        await Task.Yield();
        try
        {
            await call();
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Problem is { Status: >= 500, Code: not "deployment_paused" } problem ? $"{problem.Status} {problem.Code}: {problem.Detail}" : null;
        }
    }
}
