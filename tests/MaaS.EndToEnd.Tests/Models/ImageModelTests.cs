// Images from the sample to the answer: read, trained, deployed, asked with pictures that training never saw, as the API and as a bare
// ONNX Runtime session that gets their bytes.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.EndToEnd.Tests.AppHost;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaaS.EndToEnd.Tests.Models;

public sealed class ImageModelTests : IDisposable
{
    private const int Pictures = 100;
    private const int Side = 32;

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Shapes_are_told_apart_by_the_API_and_by_a_bare_session_alike()
    {
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", "admin@example.com"), ("MAAS_ADMIN_PASSWORD", "a password for a test"));
        using var http = new HttpClient { BaseAddress = run.Address("api") };
        var client = new MaaSClient(http);
        var session = await client.SignIn(new("admin@example.com", "a password for a test"), Token);
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);

        var dataset = await client.SampleDataset("shapes", Token);
        await Succeeded(client, dataset.Latest!.ProfileJobId!.Value);
        var network = new ConvolutionalNetwork([8, 8, 16, 16, 32, 32]);
        var job = await client.Submit(new TrainJob(dataset.Latest.Id, new ImageTraining(network) { Epochs = 6 }, RegisterAs: "shapes"), Token);
        await Succeeded(client, job.Id);
        await client.Deploy(new("shapes", [new TrafficShare("shapes", 1)]), Token);

        var pictures = Unseen();
        var answer = await client.Predict("shapes", new([.. pictures.Select(picture => Row(picture.File))]), Token);
        await using var model = await client.ModelFile("shapes", 1, "model.onnx", Token);
        var bare = await Bare(model, pictures);

        Assert.True(answer.Predictions.Zip(pictures).Count(pair => pair.First.Label == pair.Second.Shape) > Pictures * 0.7);
        Assert.Equal(bare.Labels, answer.Predictions.Select(prediction => prediction.Label));
        Assert.All(answer.Predictions.SelectMany(prediction => prediction.Probabilities!.Values).Zip(bare.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static async Task Succeeded(MaaSClient client, Guid job)
    {
        await foreach (var _ in client.FollowJob(job, token: Token)) { }
        var ended = await client.Job(job, Token);
        Assert.Equal((JobState.Succeeded, null), (ended.State, ended.Error));
    }

    private static List<(string Shape, byte[] File)> Unseen()
    {
        var bytes = new MemoryStream();
        SampleData.Shapes.Write(bytes, Pictures, seed: 2);
        using var zip = new ZipArchive(bytes);
        return [.. zip.Entries.Select(entry =>
        {
            var file = new byte[entry.Length];
            using var content = entry.Open();
            content.ReadExactly(file);
            return (entry.FullName.Split('/')[1], file);
        })];
    }

    private static Dictionary<string, JsonElement> Row(byte[] file) => new() { ["image"] = JsonSerializer.SerializeToElement(Convert.ToBase64String(file)) };

    private static async Task<(string[] Labels, float[] Probabilities)> Bare(Stream model, List<(string Shape, byte[] File)> pictures)
    {
        var bytes = new MemoryStream();
        await model.CopyToAsync(bytes, Token);
        using var session = new InferenceSession(bytes.ToArray());
        byte[] pixels = [.. pictures.SelectMany(picture => Pixels(picture.File))];
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", new DenseTensor<byte>(pixels, [pictures.Count, Side, Side, 1]))]);
        return ([.. outputs.First(output => output.Name == "label").AsEnumerable<string>()], [.. outputs.First(output => output.Name == "probabilities").AsEnumerable<float>()]);
    }

    /// <summary>Of a PNG as the sample writes it: one IDAT, and in front of each row the byte that says it is as it is.</summary>
    private static byte[] Pixels(byte[] png)
    {
        const int data = 33; // behind the signature and the header
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(data));
        using var zlib = new ZLibStream(new MemoryStream(png, data + 8, length), CompressionMode.Decompress);
        var rows = new byte[Side * (Side + 1)];
        zlib.ReadExactly(rows);
        return [.. rows.Chunk(Side + 1).SelectMany(row => row[1..])];
    }
}
