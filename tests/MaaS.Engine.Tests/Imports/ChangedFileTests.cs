// Model files with some bytes changed: what comes of it is a sentence or a model, never another exception.
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Imports;
using MaaS.Engine.Tests.Tasks;
using Xunit;

namespace MaaS.Engine.Tests.Imports;

public sealed class ChangedFileTests : IDisposable
{
    private const int Tries = 150;

    private readonly TrainingGround _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("model.onnx", 1)]
    [InlineData("model.onnx", 40)]
    [InlineData("weights.safetensors", 1)]
    [InlineData("weights.safetensors", 40)]
    public void Whatever_is_changed_in_a_file_it_is_a_sentence_or_a_model(string file, int bytes)
    {
        var spec = new TabularTraining("churned", ["plan", "monthly_price", "signed_up"], Network: new MlpNetwork([4])) { Epochs = 1 };
        var whole = File.ReadAllBytes(Path.Combine(_place.Train(spec, _place.DataOf(spec)).Package, file));
        var random = new SplitMix64((ulong)bytes);
        var refused = 0;
        for (var round = 0; round < Tries; round++)
        {
            var changed = whole.ToArray();
            // What is said of the weights lies at the beginning of the one, and of the graph anywhere in the other.
            var within = file == "model.onnx" ? changed.Length : Math.Min(changed.Length, 4_000);
            for (var i = 0; i < bytes; i++)
                changed[random.Below(within)] = (byte)random.Below(256);
            try
            {
                Import(changed, file);
            }
            catch (UserError)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1, Tries);
    }

    private void Import(byte[] bytes, string name)
    {
        var (path, package) = (Path.Combine(_place.Folder, "given"), Path.Combine(_place.Folder, "imported"));
        File.WriteAllBytes(path, bytes);
        if (Directory.Exists(package))
            Directory.Delete(package, recursive: true);
        ModelImport.Run(path, name, package, new Lineage(null, null, null), new Progress<Report>(), TestContext.Current.CancellationToken);
    }
}
