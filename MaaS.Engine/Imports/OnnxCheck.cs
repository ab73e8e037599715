// What an ONNX file from elsewhere may be: of a version that is known, its operators of domains that are known, all of it in the one file,
// and nothing in it that is not looked through. Subgraphs are looked through too.
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Imports;

internal static class OnnxCheck
{
    // ONNX Runtime 1.31 takes these and no later ones.
    private const long MostIrVersion = 13, MostOpset = 26;

    private static readonly string[] s_domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    /// <exception cref="UserError">A sentence that names what may not be, and what to do about it.</exception>
    public static void Of(ModelProto model, string name)
    {
        if (model.Graph is null || model.Graph.Node.Count + model.Graph.Output.Count == 0)
            throw new UserError($"{name} is not an ONNX file, or an empty one: it holds no graph.");
        if (model.IrVersion > MostIrVersion)
            throw new UserError($"{name} is of ONNX IR version {model.IrVersion}; at most {MostIrVersion} is allowed. Export it with an older onnx package, or lower its ir_version.");
        if (model.OpsetImport.FirstOrDefault(opset => opset.Domain is "" or "ai.onnx" && opset.Version > MostOpset) is { } future)
            throw new UserError($"{name} uses operator set {future.Version}; at most {MostOpset} is allowed. Export it again with a lower opset_version.");
        if (model.Functions.Count > 0)
            throw new UserError($"{name} defines operators of its own (functions, the first is \"{model.Functions[0].Name}\"), which are not looked through. Inline them (onnx.inliner.inline_local_functions) and send it again.");
        if (model.TrainingInfo.Count > 0)
            throw new UserError($"{name} holds a training graph (training_info); export it for inference.");
        Check(model.Graph, name);
    }

    private static void Check(GraphProto graph, string name)
    {
        foreach (var tensor in graph.Initializer)
            Check(tensor, name);
        foreach (var tensor in graph.SparseInitializer)
            Check(tensor, name);
        foreach (var node in graph.Node)
        {
            if (!s_domains.Contains(node.Domain))
                throw new UserError($"{name} uses the operator {node.OpType} of the domain \"{node.Domain}\"; allowed are the operators of ai.onnx, ai.onnx.ml and com.microsoft.");
            // A compiled model of an accelerator, in a file of its own.
            if (node.OpType == "EPContext")
                throw new UserError($"{name} uses the operator EPContext, which names another file; export it without compiling it for a device.");
            foreach (var attribute in node.Attribute)
                Check(attribute, name);
        }
    }

    private static void Check(AttributeProto attribute, string name)
    {
        if (attribute.T is not null)
            Check(attribute.T, name);
        foreach (var tensor in attribute.Tensors)
            Check(tensor, name);
        if (attribute.SparseTensor is not null)
            Check(attribute.SparseTensor, name);
        foreach (var tensor in attribute.SparseTensors)
            Check(tensor, name);
        if (attribute.G is not null)
            Check(attribute.G, name);
        foreach (var graph in attribute.Graphs)
            Check(graph, name);
    }

    private static void Check(SparseTensorProto sparse, string name)
    {
        foreach (var tensor in new[] { sparse.Values, sparse.Indices })
            if (tensor is not null)
                Check(tensor, name);
    }

    private static void Check(TensorProto tensor, string name)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.Default || tensor.ExternalData.Count > 0)
            throw new UserError($"{name} keeps the tensor \"{tensor.Name}\" in another file, which is never read. Save it as one file (onnx.save_model(model, path, save_as_external_data=False)).");
    }
}
