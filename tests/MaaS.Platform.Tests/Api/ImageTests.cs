// Images through the API: trainings that cannot work are refused before anything is queued, and a photograph fits into a prediction.
using System.Net.Http.Json;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class ImageTests(ApiServer api) : ApiTest(api)
{
    private static DatasetProfile Photographs { get; } = new(
        2000, new(DatasetFormat.ImageFolders),
        [new("image", ColumnType.Image, 0, 2000, true, null, []), new("class", ColumnType.Category, 0, 4, false, null, [new("cat", 900)])],
        [["cat/1.jpg", "cat"]], [], new ImageSummary(640, 1024, 480, 1024, 3));

    /// <summary>What is trained on, the settings, the code, and words the sentence must hold.</summary>
    public static TheoryData<DatasetProfile, string, string, string> Requests() => new()
    {
        { Seed.Profile, "", "no_images", "ZIP of class folders" },
        { Photographs with { Images = new(640, 640, 480, 480, 3) }, "", "size_not_allowed", "keeps the 640 x 480 pixels that the images have; choose a size of 8 to 256" },
        { Photographs with { Images = new(6, 6, 6, 6, 1) }, "", "size_not_allowed", "6 x 6" },
        { Photographs with { RowCount = 200_000 }, "\"size\":128", "too_many_pixels", "200,000 images of 128 x 128 pixels, 9.8 GB; at most 2 GB" },
        { Photographs with { RowCount = 9 }, "", "too_few_rows", "9 images; at least 10" },
        { Photographs with { Columns = [Photographs.Columns[0], Photographs.Columns[1] with { Distinct = 1001 }] }, "", "target_not_trainable", "1001 classes; 2 to 1000" },
        { Photographs, "\"size\":7", "validation_failed", "training.size must be between 8 and 256" },
        { Photographs, "\"optimizer\":{\"method\":\"gradient_descent\"}", "method_not_allowed", "needs all images at once" },
        { Photographs, "\"size\":32,\"augmentation\":{\"shift\":16}", "shift_not_allowed", "training.augmentation.shift is 16" },
        { Photographs, "\"augmentation\":{\"erase\":1.5}", "validation_failed", "training.augmentation.erase" },
        { Photographs, "\"network\":{\"type\":\"mlp\",\"hidden\":[]}", "hidden_not_allowed", "0 layers; 1 to 8" },
        { Photographs, "\"network\":{\"type\":\"mlp\",\"hidden\":[64,0]}", "hidden_not_allowed", "a layer of 0 neurons; 1 to 4096" },
        { Photographs, "\"size\":256,\"network\":{\"type\":\"mlp\",\"hidden\":[4096]}", "hidden_not_allowed", "196,608 pixels; at most 100,000,000 weights" },
        { Photographs, "\"network\":{\"type\":\"cnn\",\"channels\":[]}", "channels_not_allowed", "0 convolutions; 1 to 16" },
        { Photographs, "\"network\":{\"type\":\"cnn\",\"channels\":[32,513]}", "channels_not_allowed", "a convolution of 513 channels; 1 to 512" },
        { Photographs, "\"size\":8,\"network\":{\"type\":\"cnn\",\"channels\":[1,2,3,4,5]}", "channels_not_allowed", "halves the image 4 times, where halvings says so or the channels change; of 8 x 8 pixels less than 2 x 2 would be left" },
        { Photographs, "\"network\":{\"type\":\"cnn\",\"channels\":[8,8],\"halvings\":[2]}", "halvings_not_allowed", "training.network.halvings is [2]" },
        { Photographs, "\"network\":{\"type\":\"resnet\",\"blocks\":1,\"inner\":[8]}", "inner_not_allowed", "training.network.inner is [8]; it is 3 numbers of channels" },
        { Photographs, "\"size\":8,\"network\":{\"type\":\"cnn\",\"channels\":[1,2,3,4]}", "channels_not_allowed", "halves the image 3 times" },
        { Photographs, "\"network\":{\"type\":\"resnet\",\"width\":3}", "validation_failed", "training.network.width" },
        { Photographs, "\"network\":{\"type\":\"vit\"}", "invalid_json", "vit" },
        { Photographs, "\"label_smoothing\":0.6", "validation_failed", "training.label_smoothing" },
        { Photographs, "\"split\":{\"validation\":0.5,\"test\":0.5}", "split_not_allowed", "at most 80" },
        { Photographs, "\"split\":{\"test_dataset_version_id\":\"{table}\"}", "test_columns_differ", "a file without images" },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task A_training_that_cannot_work_is_refused_with_what_is_allowed(DatasetProfile profile, string settings, string code, string words)
    {
        var (data, table) = (await Add(profile), await Add(Seed.Profile));
        var before = await Team.Rows();
        var training = $"{{\"task\":\"image\"{(settings == "" ? "" : ",")}{settings.Replace("{table}", $"{table}", StringComparison.Ordinal)}}}";

        using var answer = await Send("api/jobs", $"{{\"kind\":\"train\",\"dataset_version_id\":\"{data}\",\"training\":{training}}}");

        var problem = await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token);
        Assert.InRange((int)answer.StatusCode, 400, 422);
        Assert.Equal(code, problem!.Code);
        Assert.Contains(words, problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Team.Rows());
    }

    [Fact]
    public async Task Images_are_no_table_to_train_on()
    {
        var data = await Add(Photographs);
        using var answer = await Send("api/jobs", $"{{\"kind\":\"train\",\"dataset_version_id\":\"{data}\",\"training\":{{\"task\":\"tabular\",\"target\":\"class\"}}}}");

        Assert.Equal("data_is_images", (await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token))!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"network\":{\"type\":\"cnn\",\"channels\":[8,8,16]},\"augmentation\":{\"flip\":false,\"shift\":0,\"erase\":0}")]
    [InlineData("\"network\":{\"type\":\"resnet\",\"blocks\":1,\"width\":8},\"size\":64")]
    public async Task A_training_that_can_work_is_queued(string settings)
    {
        var data = await Add(Photographs);
        using var answer = await Send("api/jobs", $"{{\"kind\":\"train\",\"dataset_version_id\":\"{data}\",\"training\":{{\"task\":\"image\"{(settings == "" ? "" : ",")}{settings}}}}}");

        Assert.Equal(JobState.Queued, (await answer.Content.ReadFromJsonAsync<JobView>(MaaSJson.Options, Token))!.State);
    }

    [Fact]
    public async Task A_prediction_may_be_as_large_as_a_photograph_and_no_larger()
    {
        var seed = await Seed.Make(Team);
        async Task<(int, string)> Sent(int bytes)
        {
            using var answer = await Send($"api/deployments/{seed.Deployment}/predict", $"{{\"rows\":[{{\"age\":1,\"city\":\"{new string('a', bytes)}\"}}]}}");
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
        }

        Assert.Equal(200, (await Sent(12 << 20)).Item1);
        var (status, refusal) = await Sent(16 << 20);
        Assert.Equal(413, status);
        Assert.Contains("larger than the 16 MB", refusal, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> Send(string address, string body) =>
        Team.Http(Role.Member).PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"), Token);

    private async Task<Guid> Add(DatasetProfile profile)
    {
        await using var context = Api.Context();
        var dataset = context.Datasets.Add(new() { TeamId = Team.Id, Name = $"images {Guid.NewGuid()}" }).Entity;
        dataset.Versions.Add(new()
        {
            TeamId = Team.Id,
            Number = 1,
            FileName = "images.zip",
            Bytes = 1,
            Sha256 = new string('0', 64),
            Reading = new(),
            Profile = profile,
            State = DatasetState.Ready,
            RowCount = profile.RowCount,
            ColumnCount = profile.Columns.Count,
        });
        await context.SaveChangesAsync(Token);
        return dataset.Versions[0].Id;
    }
}
