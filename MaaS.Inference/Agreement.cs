// Whether two versions of a model say the same, by what their task is about. Knows nothing of why it is asked.
using System.Buffers.Binary;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Inference.Custom;
using MaaS.Inference.Tensors;

namespace MaaS.Inference;

public static class Agreement
{
    private const double ValueTolerance = 0.01; // of the value
    private const double TensorTolerance = 1e-3; // of the number, or of 1

    /// <returns>Whether all rows agree; one that was refused agrees with one that was refused.</returns>
    public static bool Of(IReadOnlyList<Prediction> one, IReadOnlyList<Prediction> other) =>
        one.Count == other.Count && one.Zip(other).All(rows => Of(rows.First, rows.Second));

    /// <param name="task">Of both.</param>
    public static bool Of(ModelTask task, IReadOnlyList<TensorCopy> one, IReadOnlyList<TensorCopy> other) => task switch
    {
        ModelTask.TabularClassification or ModelTask.ImageClassification or ModelTask.TextClassification => Texts(one).SequenceEqual(Texts(other), StringComparer.Ordinal),
        ModelTask.TabularRegression => Same(one, other, NearValues),
        ModelTask.Recommendation => Texts(one).FirstOrDefault() == Texts(other).FirstOrDefault(),
        _ => Same(one, other, Near),
    };

    private static bool Of(Prediction one, Prediction other) =>
        one.Error is not null || other.Error is not null ? one.Error is not null && other.Error is not null
        : one.Label is not null || other.Label is not null ? one.Label == other.Label
        : one is { Value: { } value } ? other.Value is { } same && NearValues(value, same)
        : one is { Items: { } items } ? other.Items is { } found && items.FirstOrDefault()?.Item == found.FirstOrDefault()?.Item
        : one is { Outputs: { } outputs } ? other.Outputs is { } others && outputs.Count == others.Count
            && outputs.All(output => others.TryGetValue(output.Key, out var match) && NestedList.Same(output.Value, match, (left, right) => Near(left, right)))
        : one.Text == other.Text;

    private static bool NearValues(double one, double other) => Within(one, other, ValueTolerance * Math.Max(Math.Abs(one), Math.Abs(other)));

    private static bool Near(double one, double other) => Within(one, other, TensorTolerance * Math.Max(1, Math.Max(Math.Abs(one), Math.Abs(other))));

    /// <summary>Also of what is no number, and of what is infinite, where both are.</summary>
    private static bool Within(double one, double other, double most) => one.Equals(other) || double.IsFinite(most) && Math.Abs(one - other) <= most;

    private static string[] Texts(IReadOnlyList<TensorCopy> answer) => answer.FirstOrDefault(tensor => tensor.Texts is not null)?.Texts ?? [];

    private static bool Same(IReadOnlyList<TensorCopy> one, IReadOnlyList<TensorCopy> other, Func<double, double, bool> near) =>
        one.Count == other.Count && one.All(tensor => other.FirstOrDefault(match => match.Name == tensor.Name) is { } match && Same(tensor, match, near));

    private static bool Same(TensorCopy one, TensorCopy other, Func<double, double, bool> near)
    {
        if (!one.Shape.SequenceEqual(other.Shape) || one.Texts is null != other.Texts is null)
            return false;
        if (one.Texts is { } texts)
            return texts.SequenceEqual(other.Texts!, StringComparer.Ordinal);
        var count = one.Bytes.Length / one.Datatype.Size();
        for (var i = 0; i < count; i++)
            if (!near(Number(one, i), Number(other, i)))
                return false;
        return true;
    }

    private static double Number(TensorCopy tensor, int index)
    {
        var bytes = tensor.Bytes.AsSpan(index * tensor.Datatype.Size());
        return tensor.Datatype switch
        {
            Datatype.Bool or Datatype.UInt8 => bytes[0],
            Datatype.Int8 => (sbyte)bytes[0],
            Datatype.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            Datatype.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            Datatype.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            Datatype.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            Datatype.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Datatype.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            Datatype.FP16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            Datatype.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
            Datatype.FP64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            _ => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        };
    }
}
