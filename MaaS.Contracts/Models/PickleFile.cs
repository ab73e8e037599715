// Python pickle: a program that builds an object, run by whoever reads it. It is never loaded; what to send instead is said.
using System.Text;

namespace MaaS.Contracts.Models;

public static class PickleFile
{
    /// <summary>Of the beginning of a file; the first entry of a zip has its name there.</summary>
    public const int BytesLookedAt = 512;

    private static readonly string[] s_endings = [".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".dill"];

    /// <summary>Why the file is refused; null when it is none.</summary>
    /// <param name="first">Its first <see cref="BytesLookedAt"/>.</param>
    public static string? Refusal(string name, ReadOnlySpan<byte> first) => s_endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || IsPickle(first) || IsZipOfOne(first)
        ? $"{name} is a Python pickle, or a file that holds one. Reading a pickle runs the code in it, so none is ever read here. " +
            "Send the model as ONNX (torch.onnx.export for PyTorch, skl2onnx for scikit-learn), weights as safetensors (safetensors.torch.save_file), and data as CSV, Parquet or JSON lines."
        : null;

    /// <summary>Protocols 2 to 5 begin with an opcode that no text has: https://docs.python.org/3/library/pickletools.html.</summary>
    private static bool IsPickle(ReadOnlySpan<byte> first) => first.Length > 2 && first[0] == 0x80 && first[1] is >= 2 and <= 5;

    /// <summary>As PyTorch saves: a zip whose first entry is "archive/data.pkl".</summary>
    private static bool IsZipOfOne(ReadOnlySpan<byte> first)
    {
        const int nameAt = 30;
        if (first.Length < nameAt || !first.StartsWith("PK\u0003\u0004"u8))
            return false;
        var length = first[26] | first[27] << 8;
        return Encoding.ASCII.GetString(first.Slice(nameAt, Math.Min(length, first.Length - nameAt))).EndsWith(".pkl", StringComparison.OrdinalIgnoreCase);
    }
}
