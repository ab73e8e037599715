// What computes a revision is its own setting; a server that cannot do as it is told answers all the same, and says so.
using System.Text.Json.Nodes;
using MaaS.Contracts.Deployments;
using MaaS.Inference;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class ProviderTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task A_revision_that_asks_for_cuda_where_there_is_none_is_answered_by_the_cpu_and_says_why()
    {
        Assert.SkipWhen(Cuda.Missing is null, "There is a CUDA device here.");
        var revised = await Member.Revise(Seed.Deployment, new(All(1), Provider: ExecutionProvider.Cuda), Token);
        var config = JsonNode.Parse((await Get($"{Model}/config")).Body)!;

        Assert.Equal(ExecutionProvider.Cuda, revised.Revision.Provider);
        Assert.Equal($"This revision asks for CUDA. The server computes it on the CPU, because {Cuda.Missing}.", revised.Revision.ProviderRemark);
        Assert.Equal("KIND_CPU", (string)config["instance_group"]![0]!["kind"]!);
        Assert.Equal(("cuda", $"computed on the CPU, because {Cuda.Missing}"), (Parameter("execution_provider"), Parameter("execution_provider_remark")));
        Assert.Equal("yes", await Predict());

        string Parameter(string name) => (string)config["parameters"]![name]!["string_value"]!;
    }

    [Fact]
    public async Task Auto_and_cpu_have_nothing_to_say()
    {
        var auto = (await Member.Deployment(Seed.Deployment, Token)).Revision;
        var cpu = (await Member.Revise(Seed.Deployment, new(All(1), Provider: ExecutionProvider.Cpu), Token)).Revision;
        var config = JsonNode.Parse((await Get($"{Model}/config")).Body)!;

        Assert.Equal((ExecutionProvider.Auto, null), (auto.Provider, auto.ProviderRemark));
        Assert.Equal((ExecutionProvider.Cpu, null), (cpu.Provider, cpu.ProviderRemark));
        Assert.Equal("KIND_CPU", (string)config["instance_group"]![0]!["kind"]!);
        Assert.Equal(["execution_provider"], config["parameters"]!.AsObject().Select(parameter => parameter.Key));
    }

    [Fact]
    public async Task Settings_stay_until_a_revision_says_otherwise_and_come_back_with_a_roll_back()
    {
        await Member.Revise(Seed.Deployment, new(All(1), Provider: ExecutionProvider.Cpu, AnswersKeptDays: 7), Token);
        var kept = (await Member.Revise(Seed.Deployment, new(All(1)), Token)).Revision;
        var changed = (await Member.Revise(Seed.Deployment, new(All(1), Provider: ExecutionProvider.Auto, AnswersKeptDays: 0), Token)).Revision;
        var restored = (await Member.RollBack(Seed.Deployment, new(), Token)).Revision;

        Assert.Equal((ExecutionProvider.Cpu, 7), (kept.Provider, kept.AnswersKeptDays));
        Assert.Equal((ExecutionProvider.Auto, 0), (changed.Provider, changed.AnswersKeptDays));
        Assert.Equal((ExecutionProvider.Cpu, 7), (restored.Provider, restored.AnswersKeptDays));
    }

    [Fact]
    public async Task Two_revisions_may_compute_one_version_on_different_providers()
    {
        var other = await Member.Deploy(new($"{Seed.Deployment}-2", All(1), Provider: ExecutionProvider.Cpu), Token);

        Assert.Equal(ExecutionProvider.Cpu, other.Revision.Provider);
        Assert.Equal((await Member.Predict(Seed.Deployment, Fifty, Token)).Predictions[0].Label, (await Member.Predict(other.Name, Fifty, Token)).Predictions[0].Label);
    }
}
