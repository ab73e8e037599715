// ONNX files from elsewhere: those that are taken answer by their own inputs and outputs; those that are not, are told why and what to do.
using System.Text.Json;
using Google.Protobuf;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Models;
using MaaS.Engine.Imports;
using MaaS.Engine.Onnx;
using MaaS.Inference;
using Xunit;
using static MaaS.Engine.Onnx.TensorProto.Types;

namespace MaaS.Engine.Tests.Imports;

public sealed class OnnxImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-onnx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_from_elsewhere_is_asked_by_its_own_inputs_and_answers_with_its_own_outputs()
    {
        // sum (N) of x (N, 3), the whole numbers doubled, the texts as they are, and the single number k.
        var graph = new GraphBuilder("elsewhere");
        var (x, n, t, k) = (graph.Input("x", DataType.Float, -1, 3), graph.Input("n", DataType.Int64, -1, 2), graph.Input("t", DataType.String, -1), graph.Input("k", DataType.Double));
        graph.Output("sum", graph.ReduceSum(x, 1), DataType.Float, -1);
        graph.Output("doubled", graph.Add(n, n), DataType.Int64, -1, 2);
        graph.Output("said", graph.Node("Identity", [t]), DataType.String, -1);
        graph.Output("k_too", graph.Node("Identity", [k]), DataType.Double);

        var manifest = Import(graph.Build("1"));

        Assert.Equal((ModelTask.Custom, null, "sum"), (manifest.Task, manifest.Training, manifest.Target));
        Assert.Equal(
            [("x", TensorType.Float32, "-1,3"), ("n", TensorType.Int64, "-1,2"), ("t", TensorType.String, "-1"), ("k", TensorType.Float64, "")],
            manifest.Inputs.Select(input => (input.Name, input.Type, string.Join(',', input.Shape))));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(
            ["""{"sum":6.5,"doubled":[2,-6],"said":"ä","k_too":1E+300}""", """{"sum":"NaN","doubled":[0,0],"said":"","k_too":0}"""],
            Answers(model, """{"x": [1, 2, 3.5], "n": [1, -3], "t": "ä", "k": 1e300}""", """{"x": [1, null, "NaN"], "n": [0, 0], "t": "", "k": 0}"""));
        // A caller may also send the dimension of the rows, and gets it back.
        Assert.Equal(
            ["""{"sum":[3,6],"doubled":[[2,2],[4,4]],"said":["a","b"],"k_too":1}"""],
            Answers(model, """{"x": [[1, 1, 1], [2, 2, 2]], "n": [[1, 1], [2, 2]], "t": ["a", "b"], "k": 1}"""));
    }

    [Fact]
    public void Rows_of_several_callers_are_computed_together_only_where_a_trial_shows_that_they_do_not_mix()
    {
        Assert.True(Stacks((graph, x) => graph.ReduceSum(x, 1)));
        Assert.False(Stacks((graph, x) => graph.ReduceSum(graph.Sub(x, graph.ReduceMean(x, 0)), 1))); // centred over the batch

        bool? Stacks(Func<GraphBuilder, Value, Value> answer)
        {
            var graph = new GraphBuilder("elsewhere");
            graph.Output("sum", answer(graph, graph.Input("x", DataType.Float, -1, 3)), DataType.Float, -1);
            var stacks = Import(graph.Build("1")).Stacks;
            using (var model = Model.Load(Path.Combine(_folder, "package")))
                Assert.Equal(stacks, model.Tensors.Signature.ByRows);
            Directory.Delete(Path.Combine(_folder, "package"), recursive: true);
            return stacks;
        }
    }

    [Theory]
    [InlineData("""{}""", "rows[0].x: is missing; send x (float32, a list of 3). rows[0].n: is missing; send n (int64, one value).")]
    [InlineData("""{"x": [1, 2], "n": 1}""", "rows[0].x: a list has 2 elements where 3 are taken; send x (float32, a list of 3).")]
    [InlineData("""{"x": [[[1]]], "n": 1}""", "rows[0].x: it is lists in lists, 3 deep; send x (float32, a list of 3).")]
    [InlineData("""{"x": 1, "n": 1}""", "rows[0].x: it is one value; send x (float32, a list of 3).")]
    [InlineData("""{"x": [1, "abc", 3], "n": 1}""", "rows[0].x[1]: \"abc\" is not a number.")]
    [InlineData("""{"x": [[1, 2, 3], [4, 5]], "n": 1}""", "rows[0].x[1]: [4, 5] is not a list of 3, as its first neighbour is.")]
    [InlineData("""{"x": [1, 2, 3], "n": 1.5}""", "rows[0].n: 1.5 is not a whole number of int64.")]
    [InlineData("""{"x": [1, 2, 3], "n": 9223372036854775808}""", "rows[0].n: 9223372036854775808 is not a whole number of int64.")]
    [InlineData("""{"x": [1, 2, 3], "n": 1, "y": 2}""", "rows[0].y: the model has no such input; it takes x (float32, a list of 3), n (int64, one value).")]
    public void A_request_that_does_not_fit_is_a_sentence(string row, string sentence)
    {
        var graph = new GraphBuilder("elsewhere");
        var (x, n) = (graph.Input("x", DataType.Float, -1, 3), graph.Input("n", DataType.Int64, -1));
        graph.Output("y", x, DataType.Float, -1, 3);
        graph.Output("m", n, DataType.Int64, -1);
        Import(graph.Build("1"));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(sentence, Assert.Throws<InputError>(() => model.Predict([Row(row)])).Message);
    }

    [Theory]
    [InlineData(DataType.Float, "-0.5")]
    [InlineData(DataType.Double, "0.1")]
    [InlineData(DataType.Float16, "1.5")]
    [InlineData(DataType.Float16, "\"-Infinity\"")]
    [InlineData(DataType.Int64, "-9223372036854775808")]
    [InlineData(DataType.Uint64, "18446744073709551615")]
    [InlineData(DataType.Int32, "-3")]
    [InlineData(DataType.Uint32, "4294967295")]
    [InlineData(DataType.Int16, "-3")]
    [InlineData(DataType.Uint16, "65535")]
    [InlineData(DataType.Int8, "-128")]
    [InlineData(DataType.Uint8, "255")]
    [InlineData(DataType.Bool, "true")]
    [InlineData(DataType.String, "\"äß\"")]
    public void Elements_of_every_type_go_in_and_come_out(object type, string value)
    {
        var graph = new GraphBuilder("elsewhere");
        graph.Output("y", graph.Node("Identity", [graph.Input("x", (DataType)type, -1, 2)]), (DataType)type, -1, 2);
        Import(graph.Build("1"));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal([$$"""{"y":[{{value}},{{value}}]}"""], Answers(model, $$"""{"x": [{{value}}, {{value}}]}"""));
    }

    [Fact]
    public void A_row_that_the_graph_cannot_compute_is_the_callers()
    {
        var graph = new GraphBuilder("elsewhere");
        graph.Output("y", graph.Gather(graph.Constant("table", [1f, 2, 3], 3), graph.Input("n", DataType.Int64, -1)), DataType.Float, -1);
        Import(graph.Build("1"));
        using var model = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(["""{"y":3}"""], Answers(model, """{"n": 2}"""));
        Assert.StartsWith("rows[1]: the model could not compute it: ", Assert.Throws<InputError>(() => model.Predict([Row("""{"n": 0}"""), Row("""{"n": 7}""")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_of_scikit_learn_answers_its_probabilities_as_a_list_whose_order_is_known()
    {
        var model = Empty();
        model.Graph.Input.Add(Tensor("float_input", DataType.Float, -1, 2));
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "LinearClassifier",
            Domain = "ai.onnx.ml",
            Input = { "float_input" },
            Output = { "label", "probability_tensor" },
            Attribute = { Floats("coefficients", 1, 0, 0, 1), Floats("intercepts", 0, 0), Strings("classlabels_strings", "no", "yes"), new AttributeProto { Name = "post_transform", S = ByteString.CopyFromUtf8("SOFTMAX"), Type = AttributeProto.Types.AttributeType.String } },
        });
        model.Graph.Node.Add(new NodeProto { OpType = "ZipMap", Domain = "ai.onnx.ml", Input = { "probability_tensor" }, Output = { "output_probability" }, Attribute = { Strings("classlabels_strings", "no", "yes") } });
        model.Graph.Output.Add(Tensor("label", DataType.String, -1));
        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = "output_probability",
            Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = new TypeProto { MapType = new TypeProto.Types.Map { KeyType = (int)DataType.String, ValueType = Tensor("", DataType.Float).Type } } } },
        });

        var manifest = Import(model);

        Assert.Equal(["no", "yes"], manifest.Labels);
        Assert.Equal([("label", TensorType.String, "-1"), ("output_probability", TensorType.Float32, "-1,2")], manifest.Outputs.Select(output => (output.Name, output.Type, string.Join(',', output.Shape))));
        using var loaded = Model.Load(Path.Combine(_folder, "package"));
        Assert.Equal(["""{"label":"yes","output_probability":[0.26894143,0.7310586]}"""], Answers(loaded, """{"float_input": [0, 1]}"""));
    }

    [Fact]
    public void Sizes_that_a_graph_leaves_open_are_tried_until_it_runs()
    {
        var graph = new GraphBuilder("elsewhere");
        var x = graph.Input("x", DataType.Float, -1, -2);
        // Only a row that can be cut in four runs.
        graph.Output("y", graph.Reshape(x, 0, 4, -1), DataType.Float, -1, 4, -2);
        Assert.Equal("-1,-1", string.Join(',', Import(graph.Build("1")).Inputs[0].Shape));
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "external", "mine.onnx keeps the tensor \"w\" in another file, which is never read. Save it as one file (onnx.save_model(model, path, save_as_external_data=False))." },
        { "external attribute", "mine.onnx keeps the tensor \"w\" in another file" },
        { "external sparse", "mine.onnx keeps the tensor \"w\" in another file" },
        { "external in a branch", "mine.onnx keeps the tensor \"w\" in another file" },
        { "domain", "mine.onnx uses the operator Run of the domain \"com.evil\"; allowed are the operators of ai.onnx, ai.onnx.ml and com.microsoft." },
        { "domain in a branch", "mine.onnx uses the operator Run of the domain \"com.evil\"" },
        { "context", "mine.onnx uses the operator EPContext, which names another file; export it without compiling it for a device." },
        { "functions", "mine.onnx defines operators of its own (functions, the first is \"f\"), which are not looked through. Inline them (onnx.inliner.inline_local_functions) and send it again." },
        { "training", "mine.onnx holds a training graph (training_info); export it for inference." },
        { "opset", "mine.onnx uses operator set 27; at most 26 is allowed. Export it again with a lower opset_version." },
        { "ir", "mine.onnx is of ONNX IR version 14; at most 13 is allowed. Export it with an older onnx package, or lower its ir_version." },
        { "operator", "model.onnx cannot be loaded: " },
        { "no input", "The model takes no input, so it always answers the same." },
        { "no output", "The model gives no output." },
        { "sequence", "The output \"y\" is a sequence, not a tensor; export the model so that it takes and gives tensors." },
        { "no shape", "The input \"x\" has no shape; export the model with one (its sizes may be left open, their number not)." },
        { "element type", "The input \"x\" is of the element type 14, which JSON has no number for; cast it to float in the graph." },
        { "large", "The input \"x\" takes 4000 x 4000 numbers; at most 1,000,000 can be sent in a prediction." },
        { "never runs", "The model cannot be run on inputs made up for it. rows[0]: the model could not compute it: " },
        { "large answer", "The model cannot be run on inputs made up for it. The output \"y\" has the shape [1, 2000000]; at most 1,000,000 numbers can be answered." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_may_not_be_is_a_sentence(string what, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<UserError>(() => Import(Wrong(what))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_cut_off_anywhere_and_a_file_of_something_else_are_sentences()
    {
        var whole = Wrong("").ToByteArray();
        for (var length = 1; length < Wrong("").Graph.CalculateSize(); length += 3)
            Assert.Throws<UserError>(() => Import(whole[..length]));
        Assert.StartsWith("mine.onnx is not an ONNX file, or it is cut off: ", Assert.Throws<UserError>(() => Import("a,b\n1,2\n"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Equal("mine.onnx is not an ONNX file, or an empty one: it holds no graph.", Assert.Throws<UserError>(() => Import([])).Message);
        Assert.StartsWith("mine.onnx is not a safetensors file: ", Assert.Throws<UserError>(() => Import("\u0010\0\0\0\0\0\0\0{\"a\": 1"u8.ToArray())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.pt", new byte[] { 1, 2, 3 })]
    [InlineData("Model.PKL", new byte[] { 1, 2, 3 })]
    [InlineData("model.onnx", new byte[] { 0x80, 4, 0x95, 0 })]
    public void A_pickle_is_refused_by_its_name_and_by_its_bytes(string name, byte[] bytes) =>
        Assert.StartsWith($"{name} is a Python pickle, or a file that holds one. Reading a pickle runs the code in it, so none is ever read here. Send the model as ONNX ",
            Assert.Throws<UserError>(() => Import(bytes, name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_zip_that_holds_a_pickle_is_one()
    {
        using var bytes = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(bytes, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
            zip.CreateEntry("archive/data.pkl").Open().Dispose();
        Assert.StartsWith("weights is a Python pickle", Assert.Throws<UserError>(() => Import(bytes.ToArray(), "weights")).Message, StringComparison.Ordinal);
    }

    /// <summary>y = x + w, with something about it that may not be.</summary>
    private static ModelProto Wrong(string what)
    {
        var model = Empty();
        model.Graph.Input.Add(what switch
        {
            "large" => Tensor("x", DataType.Float, -1, 4000, 4000),
            "element type" => Tensor("x", (DataType)14, -1, 2),
            _ => Tensor("x", DataType.Float, -1, 2),
        });
        var w = new TensorProto { Name = "w", DataType = (int)DataType.Float, Dims = { 2 }, RawData = ByteString.CopyFrom(new byte[8]) };
        var outside = w.Clone();
        outside.RawData = ByteString.Empty;
        outside.DataLocation = DataLocation.External;
        outside.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/passwd" });
        model.Graph.Initializer.Add(what == "external" ? outside : w);
        var add = new NodeProto { OpType = "Add", Input = { "x", "w" }, Output = { "y" } };
        model.Graph.Node.Add(add);
        model.Graph.Output.Add(Tensor("y", DataType.Float, -1, what == "large answer" ? 2_000_000 : 2));
        AttributeProto Branch(NodeProto node) => new() { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = new GraphProto { Name = "branch", Node = { node } } };
        switch (what)
        {
            case "external attribute": add.Attribute.Add(new AttributeProto { Name = "value", T = outside, Type = AttributeProto.Types.AttributeType.Tensor }); break;
            case "external sparse": model.Graph.SparseInitializer.Add(new SparseTensorProto { Values = outside, Indices = w }); break;
            case "external in a branch": add.Attribute.Add(Branch(new NodeProto { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = outside } } })); break;
            case "domain": add.OpType = "Run"; add.Domain = "com.evil"; break;
            case "domain in a branch": add.Attribute.Add(Branch(new NodeProto { OpType = "Run", Domain = "com.evil" })); break;
            case "context": add.OpType = "EPContext"; add.Domain = "com.microsoft"; break;
            case "functions": model.Functions.Add(new FunctionProto { Name = "f" }); break;
            case "training": model.TrainingInfo.Add(new TrainingInfoProto()); break;
            case "opset": model.OpsetImport[0].Version = 27; break;
            case "ir": model.IrVersion = 14; break;
            case "operator": add.OpType = "NoSuchOperator"; break;
            case "no input": model.Graph.Input.Clear(); add.Input[0] = "w"; break;
            case "no output": model.Graph.Output.Clear(); break;
            case "sequence": model.Graph.Output[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = Tensor("", DataType.Float).Type } }; break;
            case "no shape": model.Graph.Input[0].Type.TensorType.Shape = null; break;
            case "large": add.OpType = "Identity"; add.Input.RemoveAt(1); model.Graph.Output[0] = Tensor("y", DataType.Float, -1, 4000, 4000); break;
            case "never runs": add.OpType = "MatMul"; w.Dims[0] = 3; w.RawData = ByteString.CopyFrom(new byte[12]); model.Graph.Input[0].Type.TensorType.Shape.Dim[1] = new() { DimParam = "three" }; model.Graph.Output[0].Type.TensorType.Shape = null; break;
            case "large answer": add.OpType = "Expand"; w.DataType = (int)DataType.Int64; w.RawData = ByteString.CopyFrom([.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(2_000_000L)]); model.Graph.Input[0].Type.TensorType.Shape.Dim[1] = new() { DimValue = 1 }; break;
        }
        return model;
    }

    private static ModelProto Empty() => new()
    {
        IrVersion = 10,
        Graph = new GraphProto { Name = "elsewhere" },
        OpsetImport = { new OperatorSetIdProto { Version = 21 }, new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 }, new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 } },
    };

    private static ValueInfoProto Tensor(string name, DataType type, params ReadOnlySpan<long> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
            dimensions.Dim.Add(size < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }

    private static AttributeProto Floats(string name, params float[] values) => new() { Name = name, Floats = { values }, Type = AttributeProto.Types.AttributeType.Floats };

    private static AttributeProto Strings(string name, params string[] values) => new() { Name = name, Strings = { values.Select(ByteString.CopyFromUtf8) }, Type = AttributeProto.Types.AttributeType.Strings };

    private ModelManifest Import(ModelProto model) => Import(model.ToByteArray());

    private ModelManifest Import(byte[] bytes, string name = "mine.onnx")
    {
        var (path, package) = (Path.Combine(_folder, "given"), Path.Combine(_folder, "package"));
        File.WriteAllBytes(path, bytes);
        if (Directory.Exists(package))
            Directory.Delete(package, recursive: true);
        return ModelImport.Run(path, name, package, new Lineage(null, null, null), new Progress<Report>(), TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Answers(Model model, params string[] rows) =>
        model.Predict([.. rows.Select(Row)]).Select((Prediction answer) => JsonSerializer.Serialize(answer.Outputs, s_plain));

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Dictionary<string, JsonElement> Row(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
