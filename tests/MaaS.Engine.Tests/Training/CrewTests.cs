// Threads of our own: each does its share once, whoever fails is heard, and what they update together is what one would update alone.
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Training;

public sealed class CrewTests
{
    [Fact]
    public void Each_thread_does_its_own_share_once()
    {
        using var crew = new Crew(3);
        var done = new int[100];
        var threads = new int[3];
        for (var round = 0; round < 50; round++)
            crew.Run(member =>
            {
                threads[member] = Environment.CurrentManagedThreadId;
                var (from, to) = crew.Share(done.Length, member);
                for (var i = from; i < to; i++)
                    done[i]++;
            });
        Assert.Equal(Enumerable.Repeat(50, 100), done);
        Assert.Equal(3, threads.Distinct().Count());
    }

    [Fact]
    public void An_error_on_any_thread_is_thrown_when_all_are_done_and_the_next_run_is_free_of_it()
    {
        using var crew = new Crew(2);
        var done = 0;
        var thrown = Assert.Throws<UserError>(() => crew.Run(member => _ = member == 1 ? throw new UserError("too hot") : ++done));
        Assert.Equal(("too hot", 1), (thrown.Message, done));
        crew.Run(_ => Interlocked.Increment(ref done));
        Assert.Equal(3, done);
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("muon")]
    public void Parameters_updated_by_three_threads_are_those_updated_by_one_to_the_bit(string method)
    {
        using var crew = new Crew(3);
        Assert.Equal(After(method, null), After(method, crew));
    }

    private static float[] After(string method, Crew? crew)
    {
        random.manual_seed(5);
        using var scope = NewDisposeScope();
        using var network = nn.Sequential(
            ("first", nn.Linear(7, 16)), ("hidden1", nn.Linear(16, 16)), ("hidden2", nn.Linear(16, 16)), ("last", nn.Linear(16, 3)));
        using var parameters = new FlatParameters(network, name => name.StartsWith("hidden", StringComparison.Ordinal));
        OptimizerSpec spec = method == "muon" ? new MuonSpec(WeightDecay: 0.1) { LearningRate = 0.02 } : new AdamWSpec(WeightDecay: 0.1) { LearningRate = 0.01 };
        using var optimizer = Optimizer.For(spec, parameters, crew);
        for (var step = 0; step < 5; step++)
        {
            parameters.Gradient.copy_(randn_like(parameters.Gradient));
            optimizer.Step();
        }
        return parameters.Theta.data<float>().ToArray();
    }
}
