// A recommender as an ONNX graph: who asks (where that counts), what they have seen and how many items they want go in, the names of
// the best items not seen before and their scores come out. Unknown users and items are allowed: they say nothing.
using MaaS.Engine.Onnx;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tasks.Recommendation;

internal static class RecommendationGraph
{
    public static ModelProto Of(Recommender network, Events events)
    {
        var graph = new GraphBuilder("recommendation");
        Value? user_1 = network.NeedsUser ? graph.Input("user", DataType.String, 1) : null;
        var seen_S = graph.Input("seen", DataType.String, -2);
        var top_1 = graph.Input("top", DataType.Int64, 1);

        var userNumber_1 = user_1 is { } user ? graph.Lookup(user, events.Users, Numbers(events.Users.Count), events.Users.Count) : (Value?)null;
        var seenNumbers_S = graph.Lookup(seen_S, events.Items, Numbers(events.Items.Count), events.Items.Count);
        var scores_I = network.Scores(graph, userNumber_1, seenNumbers_S);

        var never_S = graph.Expand(graph.Constant("never", [float.NegativeInfinity]), graph.Shape(seenNumbers_S));
        var marks_I = graph.Slice(graph.Scatter(graph.Constant("unseen", new float[events.Items.Count + 1], events.Items.Count + 1), seenNumbers_S, never_S), 0, events.Items.Count, axis: 0);
        var (best_K, places_K) = graph.TopK(graph.Add(scores_I, marks_I), graph.Min(top_1, graph.Constant("items", [(long)events.Items.Count], 1)));
        graph.Output("items", graph.Gather(graph.Constant("names", events.Items), places_K), DataType.String, -2);
        graph.Output("scores", best_K, DataType.Float, -2);
        return graph.Build(typeof(RecommendationGraph).Assembly.GetName().Version!.ToString(3));
    }

    private static long[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => (long)number)];
}
