// Dropout (Srivastava et al. 2014) that draws from a generator of its network's own: libtorch's draws from one that all threads share,
// and then who gets which numbers depends on which thread comes first.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Images;

internal sealed class Dropout(double share, Generator random) : nn.Module<Tensor, Tensor>(nameof(Dropout))
{
    public override Tensor forward(Tensor x) =>
        training && share > 0 ? x * rand(x.shape, generator: random).Sent(x.device).ge(share) / (1 - share) : x;
}
