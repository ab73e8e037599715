// A model that is to compute on a GPU: where there is one it does, and answers as the CPU does; where there is none it says why not, and answers all the same.
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Models;
using MaaS.Inference.Tensors;
using Xunit;

namespace MaaS.Inference.Tests.Gpu;

public sealed class PlacementTests
{
    private static readonly string[] s_rows = ["""{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}""", """{"age":20,"city":"rome"}""", "{}"];

    [Fact]
    public void Without_a_gpu_the_cpu_computes_and_the_model_says_why()
    {
        Assert.SkipWhen(Cuda.Missing is null, "There is a CUDA device here.");
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder, new(OnGpu: true, GpuBytes: 1 << 30));
        using var plain = Model.Load(package.Folder);

        Assert.Equal((false, Cuda.Missing), (model.IsOnGpu, model.Remark));
        Assert.Equal((false, null), (plain.IsOnGpu, plain.Remark));
        Assert.Equal(plain.Predict(TestPackage.Rows(s_rows)).Select(row => row.Label), model.Predict(TestPackage.Rows(s_rows)).Select(row => row.Label));
    }

    [Theory, Trait("needs", "gpu")]
    [InlineData(null)]
    [InlineData(256L << 20)]
    public async Task On_a_gpu_the_answers_are_those_of_the_cpu_whatever_the_number_of_rows(long? gpuBytes)
    {
        Assert.SkipUnless(Cuda.Missing is null, $"There is no CUDA device here that ONNX Runtime can use: {Cuda.Missing}.");
        using var package = new TestPackage(ModelTask.TabularRegression);
        using var gpu = Model.Load(package.Folder, new(OnGpu: true, gpuBytes));
        using var cpu = Model.Load(package.Folder);
        Assert.Equal((true, null), (gpu.IsOnGpu, gpu.Remark));

        foreach (var count in new[] { 1, 3, 64, 300 })
        {
            var rows = TestPackage.Rows([.. Enumerable.Range(0, count).Select(row => s_rows[row % s_rows.Length])]);
            var expected = cpu.Predict(rows).Select(row => row.Value!.Value).ToArray();
            for (var again = 0; again < 2; again++) // the second time in memory that was used before
            {
                var call = new Call();
                var (outcome, answers) = await gpu.Predict(rows, call, new Batcher(gpu.Tensors, new Batching(), new BatchCounts()), TestContext.Current.CancellationToken);
                call.Release();
                Assert.Equal(CallOutcome.Answered, outcome);
                Assert.All(expected.Zip(answers), pair => Assert.Equal(pair.First, pair.Second.Value!.Value, 1e-4f));
            }
        }
    }
}
