// Every update rule against reference values in float64 (optimizers.json): X = [[1,2],[2,3],[3,4],[4,5]], y = [1,2,3,4],
// mean squared error, theta from zero, alpha 0.01, beta 0.9, b1 0.9, b2 0.999, eps 1e-8.
using System.Text.Json;
using MaaS.Contracts.Training;
using MaaS.Engine.Optimizers;
using MaaS.Engine.Training;
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
        using var parameters = Theta(0, 0);
        var (theta, gradient) = (parameters.Theta, parameters.Gradient);
        using var optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, parameters);
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

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.Float64, 1e-14)]
    public void Adam_in_one_pass_over_memory_equals_Adam_as_tensor_operations(ScalarType type, double tolerance)
    {
        const int count = 37, decayed = 21; // neither fills the processor's registers evenly
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor[] one = [.. Enumerable.Range(0, 4).Select(_ => rand(count, dtype: type))];
        Tensor[] other = [.. one.Select(tensor => tensor.clone())];
        var step = new AdamStep(Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, Rate: 0.02, Correction: 0.3, Keep: 0.95);
        step.Run(one[0], one[1], one[2], one[3], decayed);
        step.RunOnDevice(other[0], other[1], other[2], other[3], decayed);
        Assert.All(one.Zip(other), pair => Assert.True(pair.First.allclose(pair.Second, tolerance, tolerance)));
    }

    [Fact]
    public void A_step_of_AdamW_first_shrinks_theta_by_alpha_times_decay()
    {
        using var scope = NewDisposeScope();
        using var parameters = Theta(2, -4);
        using var optimizer = Optimizer.For(new AdamWSpec(WeightDecay: 0.1) { LearningRate = 0.5 }, parameters);
        optimizer.Step();
        Assert.Equal([2 * 0.95, -4 * 0.95], parameters.Theta.data<double>().ToArray());
    }

    [Theory]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void A_state_copied_into_a_new_optimizer_goes_on_to_the_same_bits(string name)
    {
        using var scope = NewDisposeScope();
        using var parameters = Theta(0, 0);
        var (theta, gradient) = (parameters.Theta, parameters.Gradient);
        var optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, parameters);
        for (var step = 0; step < 10; step++)
        {
            if (step == 5)
            {
                var saved = optimizer.State.ToDictionary(state => state.Key, state => state.Value.clone());
                optimizer.Dispose();
                optimizer = Optimizer.For(SpecOf(name) with { LearningRate = 0.01 }, parameters);
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
        using var parameters = Theta(0, 0);
        var (theta, gradient) = (parameters.Theta, parameters.Gradient);
        using var optimizer = Optimizer.For(spec with { LearningRate = 0.01 }, parameters);
        for (var step = 0; step < steps; step++)
        {
            gradient.copy_(tensor(Gradient(theta, [0, 1, 2, 3])));
            optimizer.Step();
        }
        return theta.data<double>().ToArray();
    }

    [Fact]
    public void A_step_of_RMSprop_divides_by_the_root_of_the_running_square()
    {
        using var parameters = Theta(1, 1);
        using var optimizer = Optimizer.For(new RmsPropSpec(Beta: 0.9, Epsilon: 1e-8) { LearningRate = 0.1 }, parameters);
        parameters.Gradient.copy_(tensor(new double[] { 2, -0.5 }));
        optimizer.Step();
        // v = 0.1 g^2, so g / sqrt(v) is sign(g) sqrt(10).
        Assert.Equal([1 - 0.1 * Math.Sqrt(10), 1 + 0.1 * Math.Sqrt(10)], parameters.Theta.data<double>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Two_steps_of_Lion_go_by_the_sign_and_remember()
    {
        using var parameters = Theta(1, 1);
        using var optimizer = Optimizer.For(new LionSpec(Beta1: 0.9, Beta2: 0.99, WeightDecay: 0) { LearningRate = 0.1 }, parameters);
        parameters.Gradient.copy_(tensor(new double[] { 20, -5 }));
        optimizer.Step();
        parameters.Gradient.copy_(tensor(new double[] { -1, -5 }));
        optimizer.Step();
        // m = (0.2, -0.05); 0.9 m + 0.1 g = (0.08, -0.545): the first still goes down although its gradient turned.
        Assert.Equal([0.8, 1.2], parameters.Theta.data<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Muon_moves_a_hidden_matrix_by_a_matrix_whose_singular_values_are_about_one()
    {
        using var scope = NewDisposeScope();
        foreach (var (rows, columns) in new[] { (8, 20), (20, 8), (12, 12) })
        {
            random.manual_seed(1);
            var spectrum = linalg.svdvals(Muon.Orthogonalize(randn(2, rows, columns) * 0.01)).data<float>().ToArray();
            Assert.All(spectrum, value => Assert.InRange(value, 0.4, 1.3));
        }
    }

    [Fact]
    public void Muon_takes_the_hidden_matrices_and_AdamW_everything_else()
    {
        using var network = new Three();
        using var parameters = new FlatParameters(network, name => name == "b");
        using var optimizer = Optimizer.For(new MuonSpec(AdamLearningRate: 0.25) { LearningRate = 0.5 }, parameters);
        parameters.Gradient.fill_(0.1);
        optimizer.Step();
        // AdamW's first step is alpha in each place, whatever the size of the gradient; of a matrix of ones the singular value is spread evenly.
        Assert.All(network.a.detach().data<float>(), value => Assert.Equal(-0.25, value, 1e-5));
        Assert.All(network.c.detach().data<float>(), value => Assert.Equal(-0.25, value, 1e-5));
        var moved = network.b.detach().data<float>().ToArray();
        Assert.All(moved, value => Assert.Equal(moved[0], value, 1e-6));
        Assert.InRange(moved[0], -0.5 * 1.3 / 3, -0.5 * 0.6 / 3);
    }

    private sealed class Three : nn.Module
    {
        public readonly TorchSharp.Modules.Parameter a = nn.Parameter(zeros(2, 3));
        public readonly TorchSharp.Modules.Parameter b = nn.Parameter(zeros(3, 3));
        public readonly TorchSharp.Modules.Parameter c = nn.Parameter(zeros(4));

        public Three() : base(nameof(Three)) => RegisterComponents();
    }

    private sealed class One : nn.Module
    {
        public One(double[] start) : base(nameof(One)) => register_parameter("theta", nn.Parameter(tensor(start, [1, start.Length])));
    }

    private static FlatParameters Theta(params double[] start) => new(new One(start));

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
