// Low-rank adaptation: only the factors learn, what is merged answers as what was trained, and a run that is cut off goes on to the bit.
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Language;
using MaaS.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Tasks;

public sealed class LowRankTests : IDisposable
{
    private static readonly GptNetwork s_small = new(Layers: 2, Heads: 2, Width: 32, Context: 32);
    private static readonly LanguageTraining s_base = new(Network: s_small, Steps: 200) { Epochs = 2 };

    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(LoraMatrices.All)]
    [InlineData(LoraMatrices.Attention)]
    [InlineData(LoraMatrices.Mlp)]
    public void Only_factors_learn_and_merged_into_the_matrices_they_answer_alike(LoraMatrices which)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var network = new Gpt(s_small, 17);
        var tokens_BT = randint(17, [3, 20], dtype: ScalarType.Int64);
        using var before = network.call(tokens_BT).detach();
        network.Adapt(new LoraSpec(Rank: 3, Alpha: 6, which));
        Assert.Equal(before.data<float>().ToArray(), network.call(tokens_BT).data<float>().ToArray());

        using var parameters = new FlatParameters(network.Learning);
        network.call(tokens_BT).square().mean().backward();
        // Of two factors the first gets no gradient while the second is zero.
        parameters.Theta.add_(randn_like(parameters.Theta) * 0.1);
        network.call(tokens_BT).square().mean().backward();
        using var changed = network.call(tokens_BT).detach();
        var perBlock = (which != LoraMatrices.Mlp ? 3 * (32 + 96) + 3 * (32 + 32) : 0) + (which != LoraMatrices.Attention ? 2 * 3 * (32 + 128) : 0);
        Assert.Equal(2 * perBlock, parameters.Theta.numel());
        Assert.All(network.Learning.parameters(), factor => Assert.True(factor.grad!.abs().max().item<float>() > 0));
        Assert.All(network.parameters(), weight => Assert.True(weight.grad is null));
        Assert.True((changed - before).abs().max().item<float>() > 0.01);

        network.Merge();

        Assert.Null(network.Changes);
        Assert.InRange((network.call(tokens_BT) - changed).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void A_version_adapts_to_another_text_by_changes_of_low_rank_alone()
    {
        var source = _place.Train(s_base, _place.DataOf(s_base));
        var adapted = _place.Train(Adapting(new LoraSpec(2, Matrices: LoraMatrices.Attention)), Shouted(), source.Package);

        Assert.Equal(source.Weights().Select(weight => weight.Name), adapted.Weights().Select(weight => weight.Name));
        Assert.Equal(source.Manifest.ParameterCount, adapted.Manifest.ParameterCount);
        Assert.True(adapted.Losses[^1].Loss < 0.9 * adapted.Losses[0].Loss, $"from {adapted.Losses[0].Loss} to {adapted.Losses[^1].Loss}");
        var ((_, _, its), (_, _, own)) = (LanguagePackage.Load(source.Package), LanguagePackage.Load(adapted.Package));
        using (its)
        using (own)
            foreach (var ((name, before), after) in its.named_parameters().Zip(own.parameters()))
                if (Block.Has(name, LoraMatrices.Attention))
                    Assert.Equal(2, linalg.matrix_rank(after.detach() - before.detach(), 1e-5).item<long>());
                else
                    Assert.Equal(before.data<float>().ToArray(), after.data<float>().ToArray());
    }

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.2, true)]
    public void A_run_that_is_cut_off_ends_as_if_it_had_never_been(double dropout, bool muon)
    {
        var source = _place.Train(s_base with { Steps = 20 }, _place.DataOf(s_base));
        var spec = Adapting(new LoraSpec(Dropout: dropout)) with { BatchSize = 8, Optimizer = muon ? new MuonSpec() : null };
        var kept = new List<(string Path, long Step)>();
        var whole = _place.Train(spec, Shouted(), source.Package, every: TimeSpan.FromTicks(1), keep: (path, step) =>
        {
            kept.Add(($"{path}.{kept.Count}", step));
            File.Move(path, kept[^1].Path);
        });
        Assert.Equal(50, kept[0].Step);

        foreach (var (path, step) in kept.Take(3))
        {
            var resumed = _place.Train(spec, Shouted(), source.Package, path);
            Assert.Equal(whole.Measured[^resumed.Measured.Count..], resumed.Measured);
            Assert.InRange(resumed.Measured[0].Step, step, step + 50);
            Assert.Equal(whole.Weights(), resumed.Weights());
        }
    }

    [Fact]
    public void Threads_that_share_a_step_come_to_the_gradient_of_one_and_to_the_same_merged_network()
    {
        using var scope = NewDisposeScope();
        var tokens = Enumerable.Range(0, 2_000).Select(i => i * i % 17).ToArray();
        Tensor Gradient(int threads)
        {
            random.manual_seed(1);
            var network = new Gpt(s_small, 17);
            network.Adapt(new LoraSpec());
            var task = new LanguageTask(network, new TextPart(tokens, 1), new TextPart(tokens, 1), 7, CPU, threads);
            var parameters = new FlatParameters(task.Network, task.IsHidden);
            using (no_grad())
                parameters.Theta.copy_(arange(parameters.Theta.numel(), dtype: ScalarType.Float32).sin_() * 0.05);
            task.Backward(tensor(task.Order(1, 1)), 0.5, parameters);
            var loss = task.Validate()["loss"];
            task.Finish();
            Assert.Equal(loss, task.Validate()["loss"], 1e-5);
            return parameters.Gradient;
        }
        var (one, three) = (Gradient(1), Gradient(3));
        Assert.True(one.norm().item<float>() > 0.01);
        Assert.InRange((one - three).abs().max().item<float>(), 0, 1e-6);
        Assert.Equal(three.data<float>().ToArray(), Gradient(3).data<float>().ToArray());
    }

    private static LanguageTraining Adapting(LoraSpec lora) => s_base with { Network = null, From = Guid.NewGuid(), Lora = lora };

    /// <summary>The stories with two letters exchanged: the same alphabet, another language.</summary>
    private DataFile Shouted() => _place.Lined("shouted.txt", File.ReadLines(_place.DataOf(s_base).Path)
        .Select(line => line.Replace('e', '\0').Replace('a', 'e').Replace('\0', 'a')));
}
