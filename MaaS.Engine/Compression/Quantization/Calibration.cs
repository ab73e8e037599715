// The range that each value of a graph takes on real rows: the graph is run with those values as further outputs.
using Google.Protobuf;
using MaaS.Contracts.Compression;
using MaaS.Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Engine.Compression.Quantization;

/// <summary>Eight bits without a sign: value = scale (number - zero point).</summary>
internal readonly record struct Activation(float Scale, byte ZeroPoint)
{
    public static Activation Of((float Low, float High) range)
    {
        var (low, high) = (Math.Min(range.Low, 0), Math.Max(range.High, 0));
        var scale = (high - low) / 255;
        return scale < 1e-30f ? new Activation(1, 0) : new Activation(scale, (byte)Math.Clamp(MathF.Round(-low / scale), 0, 255));
    }
}

internal static class Calibration
{
    /// <summary>Rows of one run: enough to be quick, few enough for an image network's inner values.</summary>
    private const int AtOnce = 16;

    /// <param name="values">Names of float32 values.</param>
    public static Dictionary<string, Activation> Of(ModelProto graph, IReadOnlyList<string> values, CalibrationRows rows, StaticQuantization how, IProgress<Report> progress)
    {
        var watched = graph.Clone();
        var given = watched.Graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        string[] added = [.. values.Where(value => !given.Contains(value) && watched.Graph.Output.All(output => output.Name != value))];
        watched.Graph.Output.Add(added.Select(value => new ValueInfoProto
        {
            Name = value,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
        }));
        // An input is asked for as what a node makes of it.
        foreach (var value in values.Where(given.Contains))
        {
            watched.Graph.Node.Add(new NodeProto { OpType = "Identity", Input = { value }, Output = { $"{value}#seen" } });
            watched.Graph.Output.Add(new ValueInfoProto { Name = $"{value}#seen", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } } });
        }

        var histograms = values.Select(_ => new Histogram()).ToArray();
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        using var session = new InferenceSession(watched.ToByteArray(), options);
        var taken = 0;
        new GraphRuns(session, rows).Each([.. values.Select(value => given.Contains(value) ? $"{value}#seen" : value)], AtOnce, how.Rows, answers =>
        {
            foreach (var (histogram, answer) in histograms.Zip(answers))
                histogram.Add(answer.GetTensorDataAsSpan<float>());
            progress.Report(new Advanced(Math.Min(1, (double)(taken += AtOnce) / Math.Min(how.Rows, rows.Rows)), "calibrating"));
        });
        return values.Zip(histograms).ToDictionary(
            pair => pair.First, pair => Activation.Of(pair.Second.Range(how.Calibration, how.Percentile)), StringComparer.Ordinal);
    }
}
