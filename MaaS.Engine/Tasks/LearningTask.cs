// What the training loop needs to know of a task: a network, the loss on some training rows, and how well it does on validation.
// A task is its encoder (raw data to tensors), its network and its loss; knows nothing of optimizers, epochs or files.
using MaaS.Engine.Data;
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks;

public abstract class LearningTask : IDisposable
{
    /// <summary>The module whose parameters are learned; already on the device.</summary>
    public abstract nn.Module Network { get; }

    /// <summary>Threads that share each step, where the task has them; libtorch then keeps to one.</summary>
    internal virtual Crew? Crew => null;

    /// <summary>How exactly losses are computed; the trainer says. Whatever is not <see cref="Loss"/> is computed in full.</summary>
    internal Precision Precision { get; set; } = Precision.Full;

    /// <summary>What a teacher adds to the loss; null learns from the truth alone.</summary>
    internal Lesson? Lesson { get; set; }

    /// <summary>Whether it gathers its rows on the CPU, to send them to the device: their numbers then stay there, and no step waits for the device.</summary>
    public virtual bool GathersOnCpu => false;

    /// <summary>Rows of one epoch.</summary>
    public abstract int TrainRows { get; }

    /// <summary>The rows of an epoch in the order they are taken: from the seed and the epoch alone, so a resumed run takes the same.</summary>
    public virtual long[] Order(int epoch, int seed)
    {
        var rows = Enumerable.Range(0, TrainRows).Select(row => (long)row).ToArray();
        new SplitMix64((ulong)seed << 32 | (uint)epoch).Shuffle<long>(rows);
        return rows;
    }

    /// <summary>Mean loss, differentiable.</summary>
    /// <param name="rows_B">Row numbers into the training part, int64; on the device, or on the CPU if it gathers there.</param>
    public abstract Tensor Loss(Tensor rows_B);

    /// <summary>Adds the gradient of <see cref="Loss"/>, times a share, to the parameters' gradient.</summary>
    /// <returns>The loss times the share.</returns>
    internal virtual Tensor Backward(Tensor rows_B, double share, FlatParameters parameters)
    {
        var loss = Precision.Of(() => Loss(rows_B)) * share;
        loss.backward();
        return loss.detach();
    }

    /// <summary>Loss and figures on the validation rows; the one called <c>loss</c> decides what is best.</summary>
    public abstract IReadOnlyDictionary<string, double> Validate();

    /// <summary>Whether a matrix of the network lies between its first and its last layer: Muon takes those.</summary>
    /// <param name="name">As in the network's state.</param>
    public virtual bool IsHidden(string name) => false;

    public abstract void Dispose();
}
