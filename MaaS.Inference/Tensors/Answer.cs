// The memory a run answered into, shared by the calls that were computed together until the last of them has copied its rows out.
namespace MaaS.Inference.Tensors;

internal abstract class Answer
{
    private int _readers;

    public void Share(int readers) => _readers = readers;

    public void Release()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
            Close();
    }

    public abstract ReadOnlySpan<byte> Bytes(int output, int firstRow, int rows);

    public abstract ReadOnlySpan<byte> Text(int output, int firstRow, int element);

    public abstract int Elements(int output, int rows);

    public abstract int Rank(int output);

    public abstract long Dimension(int output, int dimension, int rows);

    /// <summary>Nobody reads any longer.</summary>
    protected abstract void Close();
}
