// What the training loop needs to know of a task: a network, the loss on some training rows, and how well it does on validation.
// A task is its encoder (raw data to tensors), its network and its loss; knows nothing of optimizers, epochs or files.
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks;

public abstract class ModelTask : IDisposable
{
    /// <summary>The module whose parameters are learned; already on the device.</summary>
    public abstract nn.Module Network { get; }

    public abstract int TrainRows { get; }

    /// <summary>Mean loss, differentiable.</summary>
    /// <param name="rows_B">Row numbers into the training part, int64, on the device.</param>
    public abstract Tensor Loss(Tensor rows_B);

    /// <summary>Loss and figures on the validation rows; the one called <c>loss</c> decides what is best.</summary>
    public abstract IReadOnlyDictionary<string, double> Validate();

    public abstract void Dispose();
}
