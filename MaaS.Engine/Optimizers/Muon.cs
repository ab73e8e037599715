// Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon): m <- mu m + (1-mu) g; u <- orthogonalize((1-mu) g + mu m);
// theta <- (1 - alpha w) theta - alpha sqrt(max(1, rows/columns)) u. For the hidden matrices; AdamW takes the rest.
// Orthogonalize replaces the singular values by about one, with five steps of a quintic Newton-Schulz iteration.
using MaaS.Contracts.Training;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Optimizers;

internal sealed class Muon : Optimizer
{
    private readonly MuonSpec _spec;
    private readonly Tensor _momentum;
    private readonly Adam _adam;
    private readonly Crew? _crew;
    private readonly (Tensor Theta_NRC, Tensor Gradient_NRC, Tensor Momentum_NRC)[] _stacks;

    /// <param name="crew">Threads to share the matrices with.</param>
    public Muon(FlatParameters parameters, MuonSpec spec, double learningRate, Crew? crew = null) : base(learningRate)
    {
        (_spec, _crew) = (spec, crew);
        var (hidden, all) = (parameters.HiddenCount, parameters.Theta.numel());
        _momentum = zeros(hidden, dtype: parameters.Theta.dtype, device: parameters.Theta.device).DetachFromDisposeScope();
        // Matrices of one shape lie side by side, so they are one stack without a copy.
        _stacks =
        [
            .. parameters.HiddenStacks.Select(stack => (
                View(parameters.Theta, stack), View(parameters.Gradient, stack), View(_momentum, stack))),
        ];
        _adam = new Adam(
            parameters.Theta.slice(0, hidden, all, 1).DetachFromDisposeScope(), parameters.Gradient.slice(0, hidden, all, 1).DetachFromDisposeScope(),
            spec.AdamLearningRate, spec.Beta1, spec.Beta2, 1e-8, spec.WeightDecay, parameters.DecayedCount - hidden, crew);
    }

    public override IReadOnlyDictionary<string, Tensor> State => _adam.State
        .Select(state => new KeyValuePair<string, Tensor>($"adam.{state.Key}", state.Value)).Append(new("momentum", _momentum)).ToDictionary();

    protected override void Update()
    {
        foreach (var stack in _stacks)
            if (_crew is null)
                Update(stack.Theta_NRC, stack.Gradient_NRC, stack.Momentum_NRC);
            else
                _crew.Run(member =>
                {
                    using var quiet = no_grad();
                    var (from, to) = _crew.Share(stack.Theta_NRC.shape[0], member);
                    if (from < to)
                        Update(stack.Theta_NRC.slice(0, from, to, 1), stack.Gradient_NRC.slice(0, from, to, 1), stack.Momentum_NRC.slice(0, from, to, 1));
                });
        _adam.Scale = Scale;
        _adam.Step();
    }

    private void Update(Tensor theta_NRC, Tensor gradient_NRC, Tensor momentum_NRC)
    {
        momentum_NRC.lerp_(gradient_NRC, 1 - _spec.Momentum);
        var update_NRC = Orthogonalize(gradient_NRC.lerp(momentum_NRC, _spec.Momentum));
        if (_spec.WeightDecay > 0)
            theta_NRC.mul_(1 - LearningRate * _spec.WeightDecay);
        theta_NRC.add_(update_NRC, alpha: -LearningRate * Math.Sqrt(Math.Max(1, (double)theta_NRC.shape[1] / theta_NRC.shape[2])));
    }

    /// <summary>Coefficients of the iteration: chosen by its authors for speed; singular values end between 0.7 and 1.2.</summary>
    internal static Tensor Orthogonalize(Tensor g_NRC)
    {
        const double a = 3.4445, b = -4.7750, c = 2.0315;
        var tall = g_NRC.shape[1] > g_NRC.shape[2];
        var x_NRC = tall ? g_NRC.mT : g_NRC;
        x_NRC = x_NRC / (x_NRC.square().sum([1, 2], keepdim: true).sqrt_() + 1e-7);
        for (var step = 0; step < 5; step++)
        {
            var gram_NRR = x_NRC.bmm(x_NRC.mT);
            var poly_NRR = (gram_NRR * b).add_(gram_NRR.bmm(gram_NRR), alpha: c);
            x_NRC = (x_NRC * a).add_(poly_NRR.bmm(x_NRC));
        }
        return tall ? x_NRC.mT : x_NRC;
    }

    private static Tensor View(Tensor flat, MatrixStack stack) => flat
        .slice(0, stack.Offset, stack.Offset + stack.Count * stack.Rows * stack.Columns, 1)
        .view(stack.Count, stack.Rows, stack.Columns).DetachFromDisposeScope();
}
