// The promise of a model package: its model.onnx answers in any ONNX Runtime as the API does.
// The session here is bare: it knows nothing of MaaS, and gets the raw cells of a CSV that training never saw.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.EndToEnd.Tests.AppHost;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaaS.EndToEnd.Tests.Models;

public sealed class ArtifactTests : IDisposable
{
    private const int Rows = 1000;

    private readonly string _data = Directory.CreateTempSubdirectory("maas-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_bare_session_gives_the_answers_of_the_API_on_1000_rows_that_training_never_saw()
    {
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", "admin@example.com"), ("MAAS_ADMIN_PASSWORD", "a password for a test"));
        using var http = new HttpClient { BaseAddress = run.Address("api") };
        var client = new MaaSClient(http);
        var session = await client.SignIn(new("admin@example.com", "a password for a test"), Token);
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);

        foreach (var sample in SampleData.All.Where(sample => sample.Task == "tabular"))
        {
            var model = await Deployed(client, sample);
            var cells = Cells(sample);
            var answer = await client.Predict(sample.Name, new([.. cells.Select(row => Request(sample, row))]), Token);
            var bare = Bare(model, sample, cells);

            Assert.Equal(Rows, answer.Predictions.Count);
            foreach (var (prediction, (label, numbers)) in answer.Predictions.Zip(bare))
            {
                Assert.Equal(label, prediction.Label);
                // Prices are some 400,000, so their difference is taken relative.
                var given = prediction.Probabilities?.Values.Select(value => (double)value) ?? [prediction.Value!.Value];
                Assert.All(given.Zip(numbers), pair => Assert.True(
                    Math.Abs(pair.First - pair.Second) <= 1e-4 * Math.Max(1, Math.Abs(pair.First)), $"{pair.First} is not {pair.Second}"));
            }
            // Not the same answer a thousand times.
            Assert.True(bare.Select(one => one.Numbers[0]).Distinct().Count() > Rows / 2);
        }
    }

    [Fact]
    public async Task A_model_leaves_in_every_format_and_comes_back_with_the_same_answers()
    {
        await using var run = await AppHostRun.Up(_data, ("MAAS_ADMIN_EMAIL", "admin@example.com"), ("MAAS_ADMIN_PASSWORD", "a password for a test"));
        using var http = new HttpClient { BaseAddress = run.Address("api") };
        var client = new MaaSClient(http);
        var session = await client.SignIn(new("admin@example.com", "a password for a test"), Token);
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
        var churn = SampleData.Churn;
        await Deployed(client, churn, epochs: 3);
        var rows = Cells(churn).Take(200).Select(row => Request(churn, row)).ToArray();
        var answers = (await client.Predict(churn.Name, new(rows), Token)).Predictions;

        var export = await client.ExportModelVersion(churn.Name, 1, new(ExportFormat.Hdf5), Token);
        await Succeeded(client, export.Job.Id);
        Assert.Equal("weights.h5", Assert.Single(await client.ModelExports(churn.Name, 1, Token)).Path);
        foreach (var (file, name) in new[] { ("weights.safetensors", "from-safetensors"), ("weights.h5", "from-hdf5"), ("model.onnx", "from-onnx") })
        {
            await using var stream = await client.ModelFile(churn.Name, 1, file, Token);
            var job = await client.ImportModel(name, file, stream, Token);
            await Succeeded(client, job.Id);
            var version = (await client.Model(name, Token)).Latest!;
            Assert.Equal((1, file, null), (version.Number, version.Manifest.Lineage.Imported!.FileName, version.RunId));
            await client.Deploy(new(name, [new TrafficShare(name, 1)]), Token);
        }

        foreach (var name in new[] { "from-safetensors", "from-hdf5" })
            Assert.Equal(answers.Select(Text), (await client.Predict(name, new(rows), Token)).Predictions.Select(Text));
        // The graph alone takes every input as it is: a column is a list of one, what is missing is said, and so is a date.
        var inputs = (await client.ModelVersion(churn.Name, 1, Token)).Manifest.Inputs;
        var asked = rows.Select(row => inputs.ToDictionary(input => input.Name, input => Graph(input, row.GetValueOrDefault(input.Name)))).ToArray();
        var own = (await client.Predict("from-onnx", new(asked), Token)).Predictions;
        foreach (var (answer, graph) in answers.Zip(own))
        {
            Assert.Equal(answer.Label, graph.Outputs!["label"].GetString());
            // One row at a time adds in another order than two hundred at once.
            Assert.All(answer.Probabilities!.Values.Zip(graph.Outputs["probabilities"].EnumerateArray()), pair => Assert.Equal(pair.First, pair.Second.GetSingle(), 1e-5f));
        }

        static string Text(Prediction prediction) => JsonSerializer.Serialize(prediction, MaaSJson.Options);
    }

    private static JsonElement Graph(ModelInput input, JsonElement cell) => JsonSerializer.SerializeToElement(new object?[]
    {
        (input.Type, cell.ValueKind) switch
        {
            (TensorType.String, JsonValueKind.Undefined) => "",
            (TensorType.String, _) => cell.GetString(),
            (TensorType.Int64, JsonValueKind.Undefined) => long.MinValue,
            (TensorType.Int64, _) => Day(cell.GetString()!),
            (_, JsonValueKind.Undefined) => "NaN",
            (_, JsonValueKind.String) => Number(cell.GetString()!),
            _ => cell,
        },
    });

    /// <returns>The bytes of <c>model.onnx</c> of a model trained on the sample and deployed under its name.</returns>
    private static async Task<byte[]> Deployed(MaaSClient client, SampleData sample, int epochs = 40)
    {
        var csv = new StringWriter();
        sample.Write(csv, rows: 4000);
        var dataset = await client.UploadDataset(sample.Title, sample.FileName, new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{csv}")), Token);
        await Succeeded(client, dataset.Latest!.ProfileJobId!.Value);
        var job = await client.Submit(new TrainJob(dataset.Latest.Id, new TabularTraining(sample.Target) { Epochs = epochs }, RegisterAs: sample.Name), Token);
        await Succeeded(client, job.Id);
        await client.Deploy(new(sample.Name, [new TrafficShare(sample.Name, 1)]), Token);
        await using var file = await client.ModelFile(sample.Name, 1, "model.onnx", Token);
        var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private static async Task Succeeded(MaaSClient client, Guid job)
    {
        await foreach (var _ in client.FollowJob(job, token: Token)) { }
        var ended = await client.Job(job, Token);
        Assert.Equal((JobState.Succeeded, null), (ended.State, ended.Error));
    }

    private static List<string[]> Cells(SampleData sample)
    {
        var csv = new StringWriter();
        sample.Write(csv, Rows, seed: 2);
        return [.. $"{csv}".Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))];
    }

    private static Dictionary<string, JsonElement> Request(SampleData sample, string[] cells) => sample.Header.Split(',').Zip(cells)
        .Where(cell => cell.First != sample.Target && cell.Second != "")
        .ToDictionary(cell => cell.First, cell => double.TryParse(cell.Second, CultureInfo.InvariantCulture, out var number)
            ? JsonSerializer.SerializeToElement(number) : JsonSerializer.SerializeToElement(cell.Second));

    private static List<(string? Label, float[] Numbers)> Bare(byte[] model, SampleData sample, List<string[]> cells)
    {
        using var session = new InferenceSession(model);
        var columns = sample.Header.Split(',');
        var inputs = session.InputMetadata.Select(input => Column(input.Key, input.Value.ElementType, cells, Array.IndexOf(columns, input.Key))).ToList();
        using var outputs = session.Run(inputs);
        var label = outputs.SingleOrDefault(output => output.ElementType == TensorElementType.String)?.AsEnumerable<string>().ToArray();
        var numbers = outputs.Single(output => output.ElementType == TensorElementType.Float).AsEnumerable<float>().ToArray();
        return [.. numbers.Chunk(numbers.Length / Rows).Select((row, i) => (label?[i], row))];
    }

    private static NamedOnnxValue Column(string name, Type type, List<string[]> cells, int column)
    {
        var texts = cells.Select(row => row[column]);
        if (type == typeof(string))
            return NamedOnnxValue.CreateFromTensor(name, new DenseTensor<string>(texts.ToArray(), [Rows, 1]));
        if (type == typeof(long))
            return NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(texts.Select(Day).ToArray(), [Rows, 1]));
        return NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(texts.Select(Number).ToArray(), [Rows, 1]));
    }

    private static float Number(string text) => text switch
    {
        "" => float.NaN,
        "yes" => 1,
        "no" => 0,
        _ => float.Parse(text, CultureInfo.InvariantCulture),
    };

    /// <summary>Days since 1970; the smallest number is a missing date.</summary>
    private static long Day(string text) =>
        text == "" ? long.MinValue : DateOnly.Parse(text, CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}
