// What weights must be while they learn: zero where they were pruned, or of few values. A constraint works on the flat parameters and knows
// neither network nor loss. What is computed with may be a projection of what is learned: the gradient is taken at the projection and
// applied to the latent weights, straight through (Bengio et al. 2013, arXiv:1308.3432).
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal abstract class Constraint
{
    /// <summary>Live tensors that a resumed training must have back, by a name of the constraint's own.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State { get; } = new Dictionary<string, Tensor>();

    /// <summary>Whether it asks all that it ever will: before that, no network is the best.</summary>
    public virtual bool IsSettled => true;

    public virtual bool Projects => false;

    /// <summary>Before the first step, and before a checkpoint is read.</summary>
    /// <param name="steps">Of the whole training.</param>
    public abstract void Begin(FlatParameters parameters, long steps);

    /// <summary>From latent weights, in place, to those that are computed with.</summary>
    public virtual void Project(Tensor theta)
    {
    }

    /// <summary>The gradient, in place, before the optimizer sees it.</summary>
    public virtual void Guide(Tensor gradient)
    {
    }

    /// <param name="step">Steps that are done, from 1.</param>
    public virtual void After(Tensor theta, long step)
    {
    }
}

/// <summary>Several at once, in the order they were asked for.</summary>
internal sealed class Constraints(IReadOnlyList<Constraint> all) : IDisposable
{
    private FlatParameters? _parameters;
    private Tensor? _latent;

    public bool AreSettled => all.All(one => one.IsSettled);

    public IEnumerable<KeyValuePair<string, Tensor>> State => all.Index().SelectMany(one =>
        one.Item.State.Select(state => new KeyValuePair<string, Tensor>($"constraint.{one.Index}.{state.Key}", state.Value)));

    public void Begin(FlatParameters parameters, long steps)
    {
        using var quiet = no_grad();
        _parameters = parameters;
        foreach (var one in all)
            one.Begin(parameters, steps);
        _latent = all.Any(one => one.Projects) ? parameters.Theta.clone().DetachFromDisposeScope() : null;
    }

    /// <summary>Puts what is computed with in the place of the latent weights.</summary>
    public void Project()
    {
        if (_latent is null)
            return;
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        _latent.copy_(_parameters!.Theta);
        foreach (var one in all)
            one.Project(_parameters.Theta);
    }

    /// <summary>Puts the latent weights back; the gradient is theirs from now on.</summary>
    public void Release()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        PutBack();
        foreach (var one in all)
            one.Guide(_parameters!.Gradient);
    }

    public void After(long step)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        foreach (var one in all)
            one.After(_parameters!.Theta, step);
    }

    /// <summary>Does something with the weights as they are computed with.</summary>
    public T Instead<T>(Func<T> something)
    {
        Project();
        try
        {
            return something();
        }
        finally
        {
            using var quiet = no_grad();
            PutBack();
        }
    }

    public void Dispose()
    {
        _latent?.Dispose();
        foreach (var tensor in all.SelectMany(one => one.State.Values))
            tensor.Dispose();
    }

    private void PutBack()
    {
        if (_latent is not null)
            _parameters!.Theta.copy_(_latent);
    }
}
