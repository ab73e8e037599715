// Numbers that were gathered on the CPU, on their way to the device.
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal static class Sending
{
    /// <summary>To a GPU from pinned memory and without waiting, so that the next rows are gathered while it computes.</summary>
    public static Tensor Sent(this Tensor values, Device device) =>
        device.type == DeviceType.CUDA ? values.pin_memory().to(device, non_blocking: true) : values.to(device);
}
