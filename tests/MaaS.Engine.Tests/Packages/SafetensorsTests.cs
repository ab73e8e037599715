// The safetensors format: what is written is what the specification says, what is read is what was written, and a file that lies
// about its size costs nothing. Needs libtorch.
using System.Buffers.Binary;
using System.Text;
using MaaS.Engine.Packages;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Packages;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_file_is_a_length_a_json_header_and_raw_little_endian_bytes()
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(_path, [new("w", tensor(new[] { 1f, -2f }, [1, 2]))]);

        const string header = """{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        Assert.Equal(
            [.. Length(header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0],
            File.ReadAllBytes(_path));
    }

    public static TheoryData<ScalarType> Types =>
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
        ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_comes_back_as_it_went(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var written = tensor(new[] { 0f, 1, 0, 3, 1, 7 }, [2, 3]).to(type);
        Safetensors.Write(_path, [new("a", written), new("none", zeros(0, 3)), new("one", tensor(5L)), new("turned", written.t())],
            new Dictionary<string, string> { ["epoch"] = "3" });

        var (tensors, metadata) = Safetensors.Read(_path);

        Assert.Equal(["a", "none", "one", "turned"], tensors.Keys);
        Assert.Equal([2, 3], tensors["a"].shape);
        Assert.True(tensors["a"].dtype == type && tensors["a"].equal(written).all().item<bool>());
        Assert.True(tensors["turned"].equal(written.t()).all().item<bool>());
        Assert.Equal([0, 3], tensors["none"].shape);
        Assert.Equal(5, tensors["one"].item<long>());
        Assert.Equal(new Dictionary<string, string> { ["epoch"] = "3" }, metadata);
        foreach (var read in tensors.Values)
            read.Dispose();
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,8]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}""",
        "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "tensor w does not fit its offsets")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""", "its header is not the JSON the format asks for")]
    [InlineData("""["w"]""", "its header is not the JSON the format asks for")]
    [InlineData("""{"w":{"dtype":"F8","shape":[2],"data_offsets":[0,2]}}""",
        "tensor w is of type F8; known are F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL")]
    public void A_header_that_does_not_fit_its_file_is_refused_in_a_sentence(string header, string why)
    {
        File.WriteAllBytes(_path, [.. Length(header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]]);

        var refused = Assert.Throws<UserError>(() => Safetensors.Read(_path));

        Assert.Equal($"{Path.GetFileName(_path)} is not a safetensors file: {why}.", refused.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100)]
    [InlineData(long.MaxValue)]
    public void A_header_longer_than_its_file_is_refused(long length)
    {
        File.WriteAllBytes(_path, [.. Length(length), .. "{}      "u8]);

        Assert.EndsWith("its header length does not fit the file.", Assert.Throws<UserError>(() => Safetensors.Read(_path)).Message, StringComparison.Ordinal);
    }

    private static byte[] Length(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }
}
