// scikit-learn's converter ends its classifiers in ZipMap, which turns a tensor of probabilities into a list of dictionaries. The tensor is
// the better answer and the names of the classes are in the node: the node becomes an Identity.
using System.Globalization;
using System.Text;
using MaaS.Engine.Onnx;

namespace MaaS.Engine.Imports;

internal static class ZipMaps
{
    /// <returns>The names of the classes in the order of the probabilities; null when nothing was changed.</returns>
    public static IReadOnlyList<string>? Remove(ModelProto model)
    {
        IReadOnlyList<string>? labels = null;
        foreach (var output in model.Graph.Output.Where(output => output.Type?.ValueCase == TypeProto.ValueOneofCase.SequenceType))
        {
            if (model.Graph.Node.FirstOrDefault(node => node is { OpType: "ZipMap", Domain: "ai.onnx.ml" } && node.Output.Contains(output.Name)) is not { } zip)
                continue;
            labels = LabelsOf(zip);
            (zip.OpType, zip.Domain) = ("Identity", "");
            zip.Attribute.Clear();
            var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" }, new TensorShapeProto.Types.Dimension { DimValue = labels.Count } } };
            output.Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } };
        }
        if (labels is not null && model.OpsetImport.All(opset => opset.Domain is not ("" or "ai.onnx")))
            model.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        return labels;
    }

    private static List<string> LabelsOf(NodeProto zip) =>
    [
        .. zip.Attribute.Where(attribute => attribute.Name == "classlabels_strings").SelectMany(attribute => attribute.Strings).Select(text => text.ToString(Encoding.UTF8)),
        .. zip.Attribute.Where(attribute => attribute.Name == "classlabels_int64s").SelectMany(attribute => attribute.Ints).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];
}
