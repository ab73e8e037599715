// Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): beside each chosen matrix W (O, I) stands a change alpha / r B A, with B (O, r)
// and A (r, I), and only that learns. When training is over it is added to W, and nothing else ever knows of it. Knows matrices, no network.
using MaaS.Contracts.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal sealed class LowRank : nn.Module
{
    private readonly Dictionary<Parameter, (Parameter A_RI, Parameter B_OR)> _changes = new(ReferenceEqualityComparer.Instance);

    /// <summary>From here on the module's own parameters do not learn.</summary>
    /// <param name="module">On its device.</param>
    /// <param name="isChanged">By the name of a matrix in the module.</param>
    public LowRank(nn.Module module, Func<string, bool> isChanged, LoraSpec spec) : base(nameof(LowRank))
    {
        Spec = spec;
        foreach (var (name, weight) in module.named_parameters())
        {
            weight.requires_grad = false;
            if (weight.dim() != 2 || !isChanged(name))
                continue;
            // B begins at zero, so the module answers as before; A as libtorch begins a layer of so many inputs.
            var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
            var bound = 1 / Math.Sqrt(inputs);
            var change = (
                A_RI: nn.Parameter(empty(spec.Rank, inputs, device: weight.device).uniform_(-bound, bound)),
                B_OR: nn.Parameter(zeros(outputs, spec.Rank, device: weight.device)));
            var own = name.Replace('.', '_');
            register_parameter($"{own}_a", change.A_RI);
            register_parameter($"{own}_b", change.B_OR);
            _changes.Add(weight, change);
        }
    }

    public LoraSpec Spec { get; }

    private double Scale => Spec.Alpha / Spec.Rank;

    /// <summary>W x, and where W has a change alpha / r B A x with it.</summary>
    /// <param name="changes">Null where W itself learns.</param>
    /// <param name="training">Whether dropout hides inputs from the change.</param>
    public static Tensor Linear(Tensor x, Parameter weight, LowRank? changes, bool training)
    {
        var y = nn.functional.linear(x, weight);
        if (changes is null || !changes._changes.TryGetValue(weight, out var change))
            return y;
        var seen = changes.Spec.Dropout > 0 ? nn.functional.dropout(x, changes.Spec.Dropout, training) : x;
        return y + nn.functional.linear(nn.functional.linear(seen, change.A_RI), change.B_OR) * changes.Scale;
    }

    /// <summary>Adds each change to its matrix; afterwards this is of no more use.</summary>
    public void Merge()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (weight, (a_RI, b_OR)) in _changes)
            weight.add_(b_OR.matmul(a_RI), alpha: Scale);
    }
}
