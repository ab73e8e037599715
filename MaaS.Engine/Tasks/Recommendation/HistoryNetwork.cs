// The mean of the vectors of the last items seen ranks all items, as in Covington et al. 2016: one softmax over the whole catalogue.
using MaaS.Engine.Data;
using MaaS.Engine.Onnx;
using MaaS.Engine.Training;
using TorchSharp.Modules;
using static MaaS.Engine.Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal sealed class HistoryNetwork : Recommender
{
    private readonly Parameter seen_vectors;
    private readonly Parameter item_vectors;
    private readonly Parameter item_bias;
    private readonly Dropout dropout;

    /// <param name="counts">Training events of each item: the softmax begins at how popular they are.</param>
    public HistoryNetwork(int users, int[] counts, int factors, int history, double dropoutShare) : base(nameof(HistoryNetwork), users, counts.Length)
    {
        History = history;
        seen_vectors = nn.Parameter(randn(counts.Length + 1, factors) * 0.05);
        using (no_grad())
            seen_vectors[counts.Length].zero_();
        item_vectors = nn.Parameter(randn(counts.Length, factors) * 0.05);
        item_bias = nn.Parameter(tensor(Array.ConvertAll(counts, count => (float)Math.Log(count + 0.5))));
        dropout = nn.Dropout(dropoutShare);
        RegisterComponents();
    }

    public override bool NeedsUser => false;

    public override int History { get; }

    public override Tensor Scores(Tensor users_B, Tensor seen_BS)
    {
        var isKnown_BS1 = seen_BS.lt(Items).to_type(ScalarType.Float32).unsqueeze(2);
        var vectors_BSF = seen_vectors.index_select(0, seen_BS.flatten()).view(seen_BS.shape[0], seen_BS.shape[1], -1) * isKnown_BS1;
        var pooled_BF = vectors_BSF.sum(1) / isKnown_BS1.sum(1).clamp_min(1);
        return nn.functional.linear(dropout.call(pooled_BF), item_vectors, item_bias);
    }

    public override Value Scores(GraphBuilder graph, Value? user_1, Value seen_S)
    {
        var recent_S = graph.Slice(seen_S, -History, int.MaxValue, axis: 0);
        var isKnown_S1 = graph.Reshape(graph.Cast(graph.Less(recent_S, graph.Constant("items", [(long)Items])), DataType.Float), -1, 1);
        var vectors_SF = graph.Mul(graph.Gather(Weight(graph, nameof(seen_vectors), seen_vectors), recent_S), isKnown_S1);
        var count_11 = graph.Clip(graph.ReduceSum(isKnown_S1, 0, keep: true), graph.Constant("fewest", [1f]), graph.Constant("most", [float.MaxValue]));
        var pooled_1F = graph.Div(graph.ReduceSum(vectors_SF, 0, keep: true), count_11);
        return graph.Add(graph.Reshape(graph.MatMul(pooled_1F, Weight(graph, nameof(item_vectors), item_vectors.t())), -1), Weight(graph, nameof(item_bias), item_bias));
    }
}

/// <summary>Each training event from those of its user before it: softmax cross-entropy over all items.</summary>
internal sealed class NextItemLoss : IRankingLoss
{
    private readonly HistoryNetwork _network;
    private readonly Events _events;
    private readonly int[][] _histories;
    private readonly Device _device;
    private readonly (int Row, int Place)[] _examples;

    public NextItemLoss(HistoryNetwork network, Events events, int[] train, Device device)
    {
        (_network, _events, _histories, _device) = (network, events, events.Histories(train), device);
        var places = new int[events.Users.Count];
        _examples = [.. train.Select(row => (Row: row, Place: places[events.User[row]]++)).Where(example => example.Place > 0)];
    }

    public int Rows => _examples.Length;

    public long[] Order(int epoch, int seed)
    {
        var rows = Enumerable.Range(0, Rows).Select(row => (long)row).ToArray();
        new SplitMix64((ulong)seed << 32 | (uint)epoch).Shuffle<long>(rows);
        return rows;
    }

    public bool GathersOnCpu => true;

    public Tensor Of(Tensor rows_B, Lesson? lesson = null)
    {
        var examples = Array.ConvertAll(rows_B.data<long>().ToArray(), row => _examples[row]);
        var recent_BS = _network.Recent(Array.ConvertAll(examples, example => new ArraySegment<int>(_histories[_events.User[example.Row]], 0, example.Place)), _device);
        var target_B = tensor(Array.ConvertAll(examples, example => (long)_events.Item[example.Row])).Sent(_device);
        var scores_BI = _network.Scores(target_B, recent_BS);
        var own = nn.functional.cross_entropy(scores_BI, target_B);
        return lesson is null ? own : lesson.OfClasses(scores_BI, own, target_B, recent_BS);
    }
}
