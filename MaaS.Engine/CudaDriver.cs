// What the NVIDIA driver says of the GPU this process uses, through its C interface, which has been the same for ten years.
// Knows nothing of libtorch, which shows neither of these.
using System.Runtime.InteropServices;

namespace MaaS.Engine;

/// <param name="Capability">The generation: 8 and later compute in bfloat16 and TF32.</param>
internal sealed record CudaDriver(int Capability, long MemoryBytes)
{
    private const int ComputeCapabilityMajor = 75;

    /// <returns>Null where there is no driver or no GPU.</returns>
    public static CudaDriver? Ask()
    {
        try
        {
            return Init(0) == 0 && Get(out var device, 0) == 0 && Attribute(out var major, ComputeCapabilityMajor, device) == 0 && TotalMemory(out var bytes, device) == 0
                ? new CudaDriver(major, (long)bytes) : null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libcuda.so.1", EntryPoint = "cuInit")]
    private static extern int Init(uint flags);

    [DllImport("libcuda.so.1", EntryPoint = "cuDeviceGet")]
    private static extern int Get(out int device, int ordinal);

    [DllImport("libcuda.so.1", EntryPoint = "cuDeviceGetAttribute")]
    private static extern int Attribute(out int value, int attribute, int device);

    [DllImport("libcuda.so.1", EntryPoint = "cuDeviceTotalMem_v2")]
    private static extern int TotalMemory(out nuint bytes, int device);
}
