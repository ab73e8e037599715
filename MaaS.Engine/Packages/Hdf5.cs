// A weights file as HDF5, written with PureHDF: tensors as datasets under /weights by their names in the safetensors file, its metadata and
// what the package says of itself as attributes of the root. Hdf5Reader reads it back.
using PureHDF;
using static TorchSharp.torch;

namespace MaaS.Engine.Packages;

public static class Hdf5
{
    internal const string Weights = "weights";

    /// <param name="weights">A package's weights.safetensors.</param>
    /// <param name="manifest">Its model.json.</param>
    /// <exception cref="UserError">A weight is of a type that HDF5 does not have.</exception>
    public static void Write(string path, string weights, string manifest, IProgress<Report> progress, CancellationToken token)
    {
        var (tensors, metadata) = Safetensors.Read(weights);
        var group = new H5Group();
        var file = new H5File { [Weights] = group };
        foreach (var (name, text) in metadata.Append(new("manifest", File.ReadAllText(manifest))))
            file.Attributes[name] = text;
        var written = 0L;
        // Datasets are named first and filled one after the other, so that a large network is in memory once, not twice.
        var filling = tensors.Select(tensor => Dataset(group, tensor.Key, tensor.Value)).ToList();
        using var writer = file.BeginWrite(path);
        foreach (var fill in filling)
        {
            token.ThrowIfCancellationRequested();
            fill(writer);
            progress.Report(new Advanced((double)++written / filling.Count, $"writing weight {written} of {filling.Count}"));
        }
    }

    private static Action<H5NativeWriter> Dataset(H5Group group, string name, Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => Dataset<float>(group, name, tensor),
        ScalarType.Float64 => Dataset<double>(group, name, tensor),
        ScalarType.Int64 => Dataset<long>(group, name, tensor),
        ScalarType.Int32 => Dataset<int>(group, name, tensor),
        ScalarType.Int16 => Dataset<short>(group, name, tensor),
        ScalarType.Int8 => Dataset<sbyte>(group, name, tensor),
        ScalarType.Byte => Dataset<byte>(group, name, tensor),
        var other => throw new UserError($"The weights \"{name}\" are of type {other}, which HDF5 does not have; download them as safetensors."),
    };

    private static Action<H5NativeWriter> Dataset<T>(H5Group group, string name, Tensor tensor) where T : unmanaged
    {
        var dataset = new H5Dataset<T[]>(Array.ConvertAll(tensor.shape, size => (ulong)size));
        group[name] = dataset;
        return writer =>
        {
            using (tensor)
                if (tensor.numel() > 0)
                    writer.Write(dataset, tensor.data<T>().ToArray());
        };
    }
}
