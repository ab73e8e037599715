// A model at rest decodes to the same bytes, whatever it was; what is not such a file, or a broken one, is refused.
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using MaaS.Engine.Compression.Coding;
using Xunit;

namespace MaaS.Engine.Tests.Compression;

public sealed class CodedModelTests
{
    [Fact]
    public void A_pruned_and_shared_network_is_coded_below_a_fortieth()
    {
        var model = Pruned(0.92, shared: true, 1).ToByteArray();
        var coded = CodedModel.Encode(model);
        Assert.Equal(model, CodedModel.Decode(coded, "a"));
        Assert.True(model.Length > 40 * coded.Length, $"{model.Length} to {coded.Length} bytes, 1/{(double)model.Length / coded.Length:f1}");
    }

    [Fact]
    public void Sparse_weights_that_are_all_different_are_coded_by_their_places()
    {
        var model = Pruned(0.9, shared: false, 1).ToByteArray();
        var coded = CodedModel.Encode(model);
        Assert.Equal(model, CodedModel.Decode(coded, "a"));
        // A tenth of the floats, of which some 29 of 32 bits say something, and half a bit for each place.
        Assert.True(model.Length > 7.5 * coded.Length, $"{model.Length} to {coded.Length}");
    }

    [Theory]
    [InlineData("table")]
    [InlineData("convolutions")]
    [InlineData("language")]
    [InlineData("bag")]
    public void A_real_model_keeps_every_byte(string family)
    {
        var model = Graphs.Of(family).Graph.ToByteArray();
        var coded = CodedModel.Encode(model);
        Assert.Equal(model, CodedModel.Decode(coded, "a"));
        Assert.True(coded.Length < model.Length);
    }

    [Fact]
    public void Any_bytes_come_back_models_or_not() => Prop.ForAll<byte[]>(bytes => CodedModel.Decode(CodedModel.Encode(bytes), "a").SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Weights_of_any_values_and_shape_come_back()
    {
        var cases =
            from columns in Gen.Choose(1, 9)
            from count in Gen.Choose(1, 400)
            from values in Gen.Choose(1, 40)
            from zeros in Gen.Choose(0, 100)
            from seed in Gen.Choose(0, int.MaxValue)
            select (columns, count: (count + columns - 1) / columns * columns, values, zeros, seed);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var random = new Random(one.seed);
            var table = Enumerable.Range(0, one.values).Select(_ => BitConverter.Int32BitsToSingle(random.Next())).ToArray();
            var weights = Enumerable.Range(0, one.count).Select(_ => random.Next(100) < one.zeros ? 0 : table[random.Next(table.Length)]).ToArray();
            var graph = new MaaS.Engine.Onnx.GraphBuilder("any");
            graph.Constant("w", weights, one.count / one.columns, one.columns);
            var model = graph.Build("1").ToByteArray();
            return CodedModel.Decode(CodedModel.Encode(model), "a").SequenceEqual(model);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_broken_file_is_refused_or_harmless_wherever_it_is_broken()
    {
        var model = Pruned(0.92, shared: true, 2).ToByteArray();
        var coded = CodedModel.Encode(model);
        var (random, refused, flipped) = (new Random(5), 0, 0);
        for (var at = 0; at < coded.Length; at += at < 120 ? 1 : 997)
        {
            var broken = (byte[])coded.Clone();
            broken[at] ^= (byte)(1 << random.Next(8));
            flipped++;
            try
            {
                // The last bits of a coder's stream say nothing.
                Assert.Equal(model, CodedModel.Decode(broken, "m.coded"));
            }
            catch (UserError error)
            {
                Assert.Matches("^m.coded is (not a coded model: it does not begin as one|a coded model of version [0-9]+; version 1 is read here|broken: .*)\\.$", error.Message);
                refused++;
            }
        }
        Assert.InRange(refused, flipped - 3, flipped);
        foreach (var length in new[] { 0, 5, 20, 41, 45, coded.Length / 2, coded.Length - 1 })
            Assert.Throws<UserError>(() => CodedModel.Decode(coded[..length], "m.coded"));
    }

    [Fact]
    public void Files_are_written_and_read()
    {
        var folder = Directory.CreateTempSubdirectory("maas-coded-").FullName;
        try
        {
            var (onnx, path, back) = (Path.Combine(folder, "model.onnx"), Path.Combine(folder, "model.coded"), Path.Combine(folder, "back.onnx"));
            File.WriteAllBytes(onnx, Pruned(0.95, shared: true, 3).ToByteArray());
            Assert.Equal(CodedModel.Write(onnx, path), new FileInfo(path).Length);
            CodedModel.Read(path, back);
            Assert.Equal(File.ReadAllBytes(onnx), File.ReadAllBytes(back));
            Assert.Equal("model.onnx is not a coded model: it does not begin as one.", Assert.Throws<UserError>(() => CodedModel.Read(onnx, back)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>784-300-100-10 whose weights are normally distributed, the smallest of them zero; the fifteen others lie evenly beyond.</summary>
    private static MaaS.Engine.Onnx.ModelProto Pruned(double zeros, bool shared, int seed)
    {
        var random = new Random(seed);
        float[] Layer(int count)
        {
            var weights = Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();
            var limit = weights.Select(Math.Abs).Order().ElementAt((int)(zeros * count));
            return Array.ConvertAll(weights, weight => Math.Abs(weight) < limit ? 0 : shared ? MathF.CopySign(limit + MathF.Min(6, MathF.Floor((Math.Abs(weight) - limit) * 5)) / 5, weight) : weight);
        }
        return PackedWeightsTests.LeNet(Layer(784 * 300), Layer(300 * 100), Layer(1000));
    }
}
