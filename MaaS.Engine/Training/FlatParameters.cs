// All parameters of a network in one buffer, all gradients in another: an optimizer's step is then a few operations on two
// tensors instead of a few on each of a hundred. In this order: hidden matrices by shape, other matrices, vectors.
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

/// <summary>Matrices of one shape, one after the other from an offset on.</summary>
internal sealed record MatrixStack(long Offset, long Count, long Rows, long Columns);

/// <summary>Where a parameter lies in the buffers.</summary>
/// <param name="Name">As in the network's state.</param>
internal sealed record FlatPlace(string Name, long Offset, long[] Shape)
{
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The parameter's part of a buffer, as a matrix (O, I): whatever comes after the outputs counts as inputs.</summary>
    public Tensor Of(Tensor flat) => flat.slice(0, Offset, Offset + Count, 1).view(Shape[0], -1);
}

internal sealed class FlatParameters : IDisposable
{
    /// <summary>From here on the module's parameters are views of <see cref="Theta"/>, and their gradients of <see cref="Gradient"/>.</summary>
    /// <param name="isHidden">Whether a matrix lies between the first and the last layer; by its name in the module. Null: none does.</param>
    /// <param name="of">Those of a module built alike: the parameters are then the same memory, the gradients are not.</param>
    public FlatParameters(nn.Module module, Func<string, bool>? isHidden = null, FlatParameters? of = null)
    {
        using var quiet = no_grad();
        var parameters = module.named_parameters().Where(named => named.parameter.requires_grad)
            .Select(named => (named.name, Parameter: named.parameter, Hidden: named.parameter.dim() >= 2 && isHidden?.Invoke(named.name) == true))
            .OrderBy(one => one.Hidden ? 0 : one.Parameter.dim() >= 2 ? 1 : 2)
            .ThenBy(one => one.Hidden ? Rows(one.Parameter) : 0).ThenBy(one => one.Hidden ? Columns(one.Parameter) : 0)
            .ToArray();
        Buffers = [.. module.buffers()];
        Theta = of is null ? cat([.. parameters.Select(one => one.Parameter.detach().flatten())]).DetachFromDisposeScope() : of.Theta.alias().DetachFromDisposeScope();
        Gradient = zeros_like(Theta).DetachFromDisposeScope();
        DecayedCount = parameters.Where(one => one.Parameter.dim() >= 2).Sum(one => one.Parameter.numel());
        Decayed = Theta.slice(0, 0, DecayedCount, 1).DetachFromDisposeScope();
        HiddenStacks = Stacks(parameters.Where(one => one.Hidden).Select(one => one.Parameter));
        HiddenCount = parameters.Where(one => one.Hidden).Sum(one => one.Parameter.numel());
        var places = new List<FlatPlace>();
        long offset = 0;
        foreach (var (name, parameter, _) in parameters)
        {
            var (shape, count) = (parameter.shape, parameter.numel());
            places.Add(new FlatPlace(name, offset, shape));
            parameter.set_(Theta.slice(0, offset, offset + count, 1).view(shape));
            parameter.grad = Gradient.slice(0, offset, offset + count, 1).view(shape);
            offset += count;
        }
        Places = places;
    }

    public IReadOnlyList<FlatPlace> Places { get; }

    public Tensor Theta { get; }

    public Tensor Gradient { get; }

    /// <summary>What weight decay shrinks: the matrices, a view of <see cref="Theta"/>.</summary>
    public Tensor Decayed { get; }

    public long DecayedCount { get; }

    public long HiddenCount { get; }

    public IReadOnlyList<MatrixStack> HiddenStacks { get; }

    /// <summary>What the network keeps without learning it by gradient, such as a batch norm's running mean.</summary>
    public IReadOnlyList<Tensor> Buffers { get; }

    public void Dispose()
    {
        Decayed.Dispose();
        Theta.Dispose();
        Gradient.Dispose();
    }

    private static MatrixStack[] Stacks(IEnumerable<Tensor> hidden)
    {
        long offset = 0;
        return
        [
            .. hidden.GroupBy(matrix => (Rows: Rows(matrix), Columns: Columns(matrix))).Select(stack =>
            {
                var made = new MatrixStack(offset, stack.Count(), stack.Key.Rows, stack.Key.Columns);
                offset += made.Count * made.Rows * made.Columns;
                return made;
            }),
        ];
    }

    // A kernel (O, I, H, W) counts as a matrix O x IHW.
    private static long Rows(Tensor parameter) => parameter.shape[0];

    private static long Columns(Tensor parameter) => parameter.numel() / parameter.shape[0];
}
