// The nodes that a recommender needs: marks at places, and the best of many with their places.
namespace MaaS.Engine.Onnx;

internal sealed partial class GraphBuilder
{
    public Value Less(Value left, Value right) => Node("Less", [left, right]);
    public Value Min(Value left, Value right) => Node("Min", [left, right]);
    public Value Shape(Value x) => Node("Shape", [x]);
    public Value Expand(Value x, Value shape) => Node("Expand", [x, shape]);

    /// <summary>x (N) with each update in the place its index names; where an index repeats, its updates must be equal.</summary>
    public Value Scatter(Value x, Value indices, Value updates) => Node("ScatterElements", [x, indices, updates], [Attribute("axis", 0)]);

    /// <summary>The largest of x (N), best first, and where they are; of equal ones the first is first.</summary>
    /// <param name="count">One number.</param>
    public (Value Values, Value Indices) TopK(Value x, Value count)
    {
        var values = Node("TopK", [x, count], [Attribute("axis", 0)]);
        var indices = Fresh("indices");
        _graph.Node[^1].Output.Add(indices);
        return (values, new Value(indices));
    }
}
