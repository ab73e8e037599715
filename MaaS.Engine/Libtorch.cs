// What libtorch can do and TorchSharp does not show, by the mangled names that libtorch exports. They belong to its version and to Linux:
// where one is missing, the answer is that it cannot be done, never a crash. All of it is state of the process but autocast, which is the
// thread's own.
using System.Runtime.InteropServices;
using TorchSharp;

namespace MaaS.Engine;

internal static class Libtorch
{
    private static readonly Lazy<nint> s_library = new(Find);

    private static readonly OfDevice? s_setAutocast = Export<OfDevice>("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb");
    private static readonly OfDevice? s_setAutocastType = Export<OfDevice>("_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE");
    private static readonly Switch? s_setAutocastCache = Export<Switch>("_ZN2at8autocast26set_autocast_cache_enabledEb");
    private static readonly Context? s_context = Export<Context>("_ZN2at13globalContextEv");
    private static readonly InContextOr? s_setDeterministic = Export<InContextOr>("_ZN2at7Context26setDeterministicAlgorithmsEbb");
    private static readonly InContext? s_setDeterministicCudnn = Export<InContext>("_ZN2at7Context21setDeterministicCuDNNEb");
    private static readonly InContext? s_setFill = Export<InContext>("_ZN2at7Context39setDeterministicFillUninitializedMemoryEb");

    private delegate void OfDevice(sbyte device, sbyte value);

    private delegate void Switch(sbyte on);

    private delegate nint Context();

    private delegate void InContext(nint context, sbyte on);

    private delegate void InContextOr(nint context, sbyte on, sbyte warnOnly);

    /// <summary>Whether autocast to bfloat16 is there and does what it says: tried on one small product.</summary>
    public static bool CanAutocast(torch.Device device)
    {
        if (s_setAutocast is null || s_setAutocastType is null || s_setAutocastCache is null)
            return false;
        using var scope = torch.NewDisposeScope();
        var one = torch.ones(1, 1, device: device);
        using (Autocast(device.type))
            return one.mm(one).dtype == torch.ScalarType.BFloat16;
    }

    /// <summary>Until it is disposed of, on this thread: products of matrices are computed in bfloat16, what needs more in float32.</summary>
    public static IDisposable Autocast(DeviceType device)
    {
        s_setAutocastType!((sbyte)device, (sbyte)torch.ScalarType.BFloat16);
        // A weight is used once in a step, so there is nothing to keep its 16-bit copy for.
        s_setAutocastCache!(0);
        s_setAutocast!((sbyte)device, 1);
        return new Autocasting(device);
    }

    /// <summary>Sums of a GPU's threads in one order, where libtorch knows how: the same losses each time.</summary>
    /// <returns>Whether that could be asked for.</returns>
    public static bool SetDeterministic(bool on)
    {
        if (s_context is null || s_setDeterministic is null || s_setDeterministicCudnn is null || s_setFill is null)
            return false;
        var context = s_context();
        // Without an error for an operation that has no such way, and without writing over memory that is about to be written.
        s_setDeterministic(context, on ? (sbyte)1 : (sbyte)0, 1);
        s_setDeterministicCudnn(context, on ? (sbyte)1 : (sbyte)0);
        s_setFill(context, 0);
        return true;
    }

    private static nint Find()
    {
        torch.get_num_threads(); // has TorchSharp load the one it uses; of one name no second is loaded after it
        return NativeLibrary.TryLoad("libtorch_cpu", typeof(torch).Assembly, null, out var library) ? library : 0;
    }

    private static T? Export<T>(string name) where T : Delegate =>
        s_library.Value != 0 && NativeLibrary.TryGetExport(s_library.Value, name, out var address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;

    private sealed class Autocasting(DeviceType device) : IDisposable
    {
        public void Dispose() => s_setAutocast!((sbyte)device, 0);
    }
}
