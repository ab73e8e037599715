// All parameters of a network in one buffer, all gradients in another: an optimizer's step is then a few operations on two
// tensors instead of a few on each of a hundred.
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal sealed class FlatParameters : IDisposable
{
    /// <summary>From here on the module's parameters are views of <see cref="Theta"/>, and their gradients of <see cref="Gradient"/>.</summary>
    public FlatParameters(nn.Module module)
    {
        using var quiet = no_grad();
        var parameters = module.parameters().Where(parameter => parameter.requires_grad).ToArray();
        Theta = cat([.. parameters.Select(parameter => parameter.detach().flatten())]).DetachFromDisposeScope();
        Gradient = zeros_like(Theta).DetachFromDisposeScope();
        long offset = 0;
        foreach (var parameter in parameters)
        {
            var (shape, count) = (parameter.shape, parameter.numel());
            parameter.set_(Theta.slice(0, offset, offset + count, 1).view(shape));
            parameter.grad = Gradient.slice(0, offset, offset + count, 1).view(shape);
            offset += count;
        }
    }

    public Tensor Theta { get; }

    public Tensor Gradient { get; }

    public void Dispose()
    {
        Theta.Dispose();
        Gradient.Dispose();
    }
}
