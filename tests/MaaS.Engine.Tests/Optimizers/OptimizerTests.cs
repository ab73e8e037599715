// Every update rule against reference values in float64 (optimizers.json): X = [[1,2],[2,3],[3,4],[4,5]], y = [1,2,3,4],
// mean squared error, theta from zero, alpha 0.01, beta 0.9, b1 0.9, b2 0.999, eps 1e-8.
using System.Text.Json;
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Optimizers;

public sealed class OptimizerTests
{
    private static readonly JsonElement s_reference = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Optimizers", "optimizers.json"))).RootElement;

    private static readonly double[][] s_x = [[1, 2], [2, 3], [3, 4], [4, 5]];
    private static readonly double[] s_y = [1, 2, 3, 4];

    public static TheoryData<string, int> Cases =>
        [.. from name in new[] { "gd", "momentum", "adam", "sgd_cyclic" } from steps in new[] { 1, 2, 10, 1000 } select (name, steps)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_rule_equals_the_reference_to_1e_9(string name, int steps)
    {
        using var scope = NewDisposeScope();
        var theta = zeros(2, dtype: ScalarType.Float64);
        var gradient = zeros(2, dtype: ScalarType.Float64);
        using var optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, theta, gradient);
        for (var step = 0; step < steps; step++)
        {
            gradient.copy_(tensor(name == "sgd_cyclic" ? Gradient(theta, [step % 4]) : Gradient(theta, [0, 1, 2, 3])));
            optimizer.Step();
        }

        var expected = s_reference.GetProperty($"{name}@{steps}").GetProperty("theta").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var actual = theta.data<double>().ToArray();
        Assert.Equal(expected[0], actual[0], 1e-9);
        Assert.Equal(expected[1], actual[1], 1e-9);
    }

    [Fact]
    public void Weight_decay_of_zero_makes_AdamW_Adam()
    {
        Assert.Equal(After(new AdamSpec(), 10), After(new AdamWSpec(WeightDecay: 0), 10));
    }

    [Fact]
    public void A_step_of_AdamW_first_shrinks_theta_by_alpha_times_decay()
    {
        using var scope = NewDisposeScope();
        var theta = tensor(new double[] { 2, -4 });
        using var optimizer = Optimizer.For(new AdamWSpec(WeightDecay: 0.1) { LearningRate = 0.5 }, theta, zeros(2, dtype: ScalarType.Float64));
        optimizer.Step();
        Assert.Equal([2 * 0.95, -4 * 0.95], theta.data<double>().ToArray());
    }

    [Theory]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void A_state_copied_into_a_new_optimizer_goes_on_to_the_same_bits(string name)
    {
        using var scope = NewDisposeScope();
        var theta = zeros(2, dtype: ScalarType.Float64);
        var gradient = zeros(2, dtype: ScalarType.Float64);
        var optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, theta, gradient);
        for (var step = 0; step < 10; step++)
        {
            if (step == 5)
            {
                var saved = optimizer.State.ToDictionary(state => state.Key, state => state.Value.clone());
                optimizer.Dispose();
                optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, theta, gradient);
                foreach (var (key, tensor) in optimizer.State)
                    tensor.copy_(saved[key]);
            }
            gradient.copy_(tensor(Gradient(theta, [0, 1, 2, 3])));
            optimizer.Step();
        }
        optimizer.Dispose();
        Assert.Equal(After(SpecOf(name), 10), theta.data<double>().ToArray());
    }

    private static double[] After(OptimizerSpec spec, int steps)
    {
        using var scope = NewDisposeScope();
        var theta = zeros(2, dtype: ScalarType.Float64);
        var gradient = zeros(2, dtype: ScalarType.Float64);
        using var optimizer = Optimizer.For(spec with { LearningRate = 0.01 }, theta, gradient);
        for (var step = 0; step < steps; step++)
        {
            gradient.copy_(tensor(Gradient(theta, [0, 1, 2, 3])));
            optimizer.Step();
        }
        return theta.data<double>().ToArray();
    }

    private static OptimizerSpec SpecOf(string name) => name switch
    {
        "gd" => new GradientDescentSpec(),
        "momentum" => new MomentumSpec(),
        "adam" => new AdamSpec(),
        _ => new SgdSpec(),
    };

    /// <summary>2/m X^T (X theta - y) over these rows.</summary>
    private static double[] Gradient(Tensor theta, int[] rows)
    {
        var at = theta.data<double>().ToArray();
        var gradient = new double[2];
        foreach (var row in rows)
            for (var i = 0; i < 2; i++)
                gradient[i] += 2.0 / rows.Length * s_x[row][i] * (s_x[row][0] * at[0] + s_x[row][1] * at[1] - s_y[row]);
        return gradient;
    }
}
