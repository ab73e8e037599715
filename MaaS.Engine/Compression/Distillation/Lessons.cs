// A teacher at hand: the lesson it gives, and what must be put away after it.
using MaaS.Engine.Training;
using static TorchSharp.torch;

namespace MaaS.Engine.Compression;

/// <param name="kept">What the lesson answers from.</param>
internal sealed class Lessons(Lesson lesson, params IReadOnlyList<IDisposable> kept) : IDisposable
{
    private const double Smallest = 1e-12;

    public Lesson Lesson => lesson;

    /// <summary>Log-probabilities (N, O) of the mean of several teachers, as a tensor that outlives the scope it is made in.</summary>
    /// <param name="answers">Each teacher's probabilities, row by row.</param>
    public static Tensor Mean(IEnumerable<float[]> answers, int classes, Device device)
    {
        using var scope = NewDisposeScope();
        var mean_NO = stack([.. answers.Select(one => tensor(one).view(-1, classes))]).mean([0]);
        return mean_NO.clamp_min(Smallest).log().to(device).DetachFromDisposeScope();
    }

    /// <summary>The highest probability of each row.</summary>
    public static float[] Sureness(Tensor logs_NO)
    {
        using var scope = NewDisposeScope();
        return logs_NO.amax([1]).exp().cpu().data<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var one in kept)
            one.Dispose();
    }
}
