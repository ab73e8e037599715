using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using Xunit;

namespace MaaS.Inference.Tests;

public sealed class ModelLoadTests
{
    [Fact]
    public void A_model_that_answers_its_sample_otherwise_does_not_load()
    {
        using var package = new TestPackage(ModelTask.TabularRegression);
        package.Write("sample.json", new ModelSample(TestPackage.Rows("""{"age":50}"""), [new(Value: 1.01f)]));

        Assert.Equal(
            "Row 0 of the stored sample is answered {\"value\":1} where it was {\"value\":1.01} at export.", Error(package));
    }

    [Fact]
    public void A_sample_the_signature_does_not_take_does_not_load()
    {
        using var package = new TestPackage();
        package.Write("sample.json", new ModelSample(TestPackage.Rows("""{"age":"old"}"""), [TestPackage.Answer(0)]));

        Assert.Equal("The model does not answer its own sample: rows[0].age: \"old\" is not a number.", Error(package));
    }

    [Theory]
    [InlineData("model.onnx", "The package has no model.onnx.")]
    [InlineData("model.json", "model.json cannot be read: ")]
    [InlineData("sample.json", "sample.json cannot be read: ")]
    public void An_incomplete_package_is_named_by_what_it_lacks(string file, string sentence)
    {
        using var package = new TestPackage();
        File.Delete(package.Path(file));

        Assert.StartsWith(sentence, Error(package), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_graph_is_noticed_by_its_hash()
    {
        using var package = new TestPackage();
        File.AppendAllText(package.Path("model.onnx"), "x");

        Assert.Equal("model.onnx is not the file model.json describes: its SHA-256 differs.", Error(package));
    }

    [Fact]
    public void A_file_that_is_not_a_graph_is_refused()
    {
        using var package = new TestPackage();
        File.WriteAllText(package.Path("model.onnx"), "not a graph");

        var error = Assert.Throws<ModelLoadException>(() => Model.Open(package.Path("model.onnx"), package.Manifest));
        Assert.StartsWith("model.onnx cannot be loaded: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_does_not_match_the_graph_is_refused_naming_the_input()
    {
        using var package = new TestPackage();
        var age = new ModelInput("years", ColumnType.Integer, TensorType.Float32, [-1, 1]);

        Assert.Equal("model.json names the input \"years\", which model.onnx does not have.", Open([age, .. package.Manifest.Inputs.Skip(1)]));
        Assert.Equal("model.onnx asks for the input \"age\", which model.json does not name.", Open([.. package.Manifest.Inputs.Skip(1)]));
        Assert.Equal(
            "The input \"age\" is Int64 in model.json and Float in model.onnx.",
            Open([package.Manifest.Inputs[0] with { Type = TensorType.Int64 }, .. package.Manifest.Inputs.Skip(1)]));

        string Open(ModelInput[] inputs) => Assert.Throws<ModelLoadException>(
            () => Model.Open(package.Path("model.onnx"), package.Manifest with { Inputs = inputs })).Message;
    }

    private static string Error(TestPackage package) => Assert.Throws<ModelLoadException>(() => Model.Load(package.Folder)).Message;
}
