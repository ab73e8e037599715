// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON header, raw tensors.
// Reading runs no code and allocates what the header says, once it has been checked against the file's length.
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace MaaS.Engine.Packages;

public static class Safetensors
{
    private const int MaxHeaderBytes = 100_000_000; // the format's own bound

    private const int MostDimensions = 64; // of libtorch

    private static readonly (string Name, ScalarType Type)[] s_types =
    [
        ("F64", ScalarType.Float64), ("F32", ScalarType.Float32), ("F16", ScalarType.Float16), ("BF16", ScalarType.BFloat16),
        ("I64", ScalarType.Int64), ("I32", ScalarType.Int32), ("I16", ScalarType.Int16), ("I8", ScalarType.Int8),
        ("U8", ScalarType.Byte), ("BOOL", ScalarType.Bool),
    ];

    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        var contents = tensors.Select(named => (named.Key, Value: named.Value.detach().cpu().contiguous())).ToArray();
        var header = new JsonObject();
        if (metadata is not null)
            header["__metadata__"] = JsonSerializer.SerializeToNode(metadata);
        long offset = 0;
        foreach (var (name, tensor) in contents)
        {
            var end = offset + tensor.numel() * tensor.element_size();
            header[name] = new JsonObject
            {
                ["dtype"] = s_types.Single(known => known.Type == tensor.dtype).Name,
                ["shape"] = new JsonArray([.. tensor.shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        // Padded with blanks so that the tensors begin at a multiple of 8 and can be mapped.
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        using var file = File.Create(path);
        file.Write(length);
        file.Write(json);
        for (var i = json.Length; i < padded; i++)
            file.WriteByte((byte)' ');
        foreach (var (_, tensor) in contents)
            if (tensor.numel() > 0)
                file.Write(tensor.bytes);
    }

    /// <summary>CPU tensors that the caller owns.</summary>
    /// <exception cref="UserError">The file is not safetensors, or its header does not fit its length.</exception>
    /// <param name="name">As sentences call the file; null is its own.</param>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path, string? name = null)
    {
        name ??= Path.GetFileName(path);
        using var file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        if (file.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8 || BinaryPrimitives.ReadInt64LittleEndian(length) is var size && (size is < 2 or > MaxHeaderBytes || size > file.Length - 8))
            throw NotOne(name, "its header length does not fit the file");

        var json = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(json);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            var header = JsonNode.Parse(json)!.AsObject();
            var metadata = header["__metadata__"]?.Deserialize<Dictionary<string, string>>() ?? [];
            foreach (var (tensor, entry) in header.Where(entry => entry.Key != "__metadata__"))
                tensors[tensor] = ReadTensor(file, 8 + json.Length, tensor, entry!, name);
            return (tensors, metadata);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw NotOne(name, "its header is not the JSON the format asks for");
        }
    }

    private static Tensor ReadTensor(FileStream file, long start, string tensor, JsonNode entry, string name)
    {
        var shape = entry["shape"]!.AsArray().Select(size => (long)size!).ToArray();
        var (begin, end) = ((long)entry["data_offsets"]![0]!, (long)entry["data_offsets"]![1]!);
        var dtype = (string)entry["dtype"]!;
        if (s_types.All(known => known.Name != dtype))
            throw NotOne(name, $"tensor {tensor} is of type {dtype}; known are {string.Join(", ", s_types.Select(known => known.Name))}");
        var type = s_types.First(known => known.Name == dtype).Type;
        if (begin < 0 || end < begin || end > file.Length - start || !Holds(shape, end - begin, type))
            throw NotOne(name, $"tensor {tensor} does not fit its offsets");
        var values = zeros(shape, type);
        if (end > begin)
        {
            file.Position = start + begin;
            file.ReadExactly(values.bytes);
        }
        return values;
    }

    /// <summary>Asked before anything is allocated: a header of a hundred bytes may claim a terabyte.</summary>
    private static bool Holds(long[] shape, long bytes, ScalarType type)
    {
        if (shape.Length > MostDimensions || (shape.Contains(0) && shape.Any(size => size > int.MaxValue)))
            return false;
        using var one = zeros(1, type);
        var product = one.element_size();
        foreach (var size in shape)
        {
            if (size < 0 || (size > 0 && product > long.MaxValue / size))
                return false;
            product *= size;
        }
        return product == bytes;
    }

    private static UserError NotOne(string name, string why) => new($"{name} is not a safetensors file: {why}.");
}
