// HDF5 out and in again, and what is never read: anything outside of the file.
using MaaS.Engine.Packages;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Packages;

public sealed class Hdf5Tests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-hdf5-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "weights.h5");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tensors_of_every_shape_and_type_come_back_with_all_that_was_said_of_them()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["blocks.0.weight"] = tensor(new[] { 1.5f, -2, 3, 4, 5, float.NaN }, [2, 3]),
            ["large"] = rand(300, 400),
            ["turned"] = rand(3, 4).t(),
            ["count"] = tensor(7L),
            ["none"] = zeros(3, 0),
            ["d"] = tensor(new[] { 1e300 }),
            ["i"] = tensor(new[] { -1 }),
            ["s"] = tensor(new short[] { -2 }),
            ["b"] = tensor(new sbyte[] { -3 }),
            ["u"] = tensor(new byte[] { 255 }),
        };
        for (var i = 0; i < 400; i++)
            tensors[$"many.{i}"] = tensor((float)i);
        var metadata = new Dictionary<string, string> { ["training"] = "{\"name\": \"größe 😀\"}", ["encoder"] = new string('x', 200_000) };
        Written(tensors, metadata);

        var (back, said) = Hdf5Reader.Read(Path, "weights.h5");

        Assert.Equal(metadata.Append(new("manifest", "{}")), said);
        Assert.Equal(tensors.Keys.Order(), back.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal((name, tensor.dtype, string.Join(',', tensor.shape)), (name, back[name].dtype, string.Join(',', back[name].shape)));
            Assert.Equal(tensor.contiguous().bytes.ToArray(), back[name].bytes.ToArray());
        }
    }

    [Fact]
    public void Weights_that_hdf5_has_no_type_for_are_a_sentence()
    {
        using var half = zeros(2, ScalarType.BFloat16);
        Assert.Equal(
            "The weights \"w\" are of type BFloat16, which HDF5 does not have; download them as safetensors.",
            Assert.Throws<UserError>(() => Written(new() { ["w"] = half }, [])).Message);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_a_sentence()
    {
        Written(new() { ["w"] = rand(100, 30), ["b"] = rand(30) }, new() { ["training"] = "{}" });
        var whole = File.ReadAllBytes(Path);
        for (var length = 0; length < whole.Length; length += whole.Length / 50)
        {
            File.WriteAllBytes(Path, whole[..length]);
            Assert.StartsWith("mine.h5 is not an HDF5 file as this server writes them: ", Assert.Throws<UserError>(() => Hdf5Reader.Read(Path, "mine.h5")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Whatever_bytes_are_changed_it_is_a_sentence_or_other_numbers()
    {
        Written(new() { ["w"] = rand(4, 3), ["b"] = rand(3) }, new() { ["training"] = "{}" });
        var whole = File.ReadAllBytes(Path);
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var broken = whole.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(Path, broken);
            try
            {
                Hdf5Reader.Read(Path, "mine.h5");
            }
            catch (UserError)
            {
                // as it should be
            }
        }
    }

    [Fact]
    public void Nothing_outside_the_file_is_read()
    {
        Written(new() { ["w"] = rand(100, 100) }, []);
        var whole = File.ReadAllBytes(Path);

        // The hard link to "w" becomes an external one, type 64: its flags now say that a type follows.
        var link = Find(whole, [1, 0x12, 1, 1, 0, 0, 0, (byte)'w']);
        var external = whole.ToArray();
        (external[link + 1], external[link + 2]) = (0x0A, 64);
        File.WriteAllBytes(Path, external);
        Assert.EndsWith("it holds a link to elsewhere; only what lies in the file itself is read.", Assert.Throws<UserError>(() => Hdf5Reader.Read(Path, "mine.h5")).Message, StringComparison.Ordinal);

        // A message of the dataset becomes a list of external files (7), another a pipeline of filters (11), its layout a virtual one (3).
        var (fill, layout) = (Find(whole, [5, 2, 0, 0, 3]), Find(whole, [8, 18, 0, 0, 4, 1]));
        foreach (var (at, value, sentence) in new[] { (fill, (byte)7, "lies in another file."), (fill, (byte)11, "lies in another file."), (layout + 5, (byte)3, "does not lie in one piece.") })
        {
            var changed = whole.ToArray();
            changed[at] = value;
            File.WriteAllBytes(Path, changed);
            Assert.EndsWith(sentence, Assert.Throws<UserError>(() => Hdf5Reader.Read(Path, "mine.h5")).Message, StringComparison.Ordinal);
        }
    }

    private static int Find(byte[] whole, ReadOnlySpan<byte> pattern) => whole.AsSpan().IndexOf(pattern) is var at and >= 0
        ? at : throw new InvalidOperationException($"The file has no {Convert.ToHexString(pattern)}.");

    private void Written(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata)
    {
        var (weights, manifest) = (System.IO.Path.Combine(_folder, SavedNetwork.FileName), System.IO.Path.Combine(_folder, "model.json"));
        Safetensors.Write(weights, tensors, metadata);
        File.WriteAllText(manifest, "{}");
        Hdf5.Write(Path, weights, manifest, new Progress<Report>(), TestContext.Current.CancellationToken);
    }
}
