// What a caller may send an image model, and what is said to everything else.
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Images;
using MaaS.Engine.Training;
using MaaS.Inference;
using TorchSharp;
using Xunit;

namespace MaaS.Engine.Tests.Tasks;

public sealed class ImageRequestTests : IDisposable
{
    private const string Picture = "a PNG or JPEG file in Base64";

    private readonly string _folder = Directory.CreateTempSubdirectory("maas-request-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_its_address_and_its_numbers_are_the_same_picture()
    {
        using var model = Trained(channels: 3);
        byte[] pixels = [.. Enumerable.Range(0, 8 * 8 * 3).Select(i => (byte)(i * 7))];
        var file = Convert.ToBase64String(Png.Of(pixels, 8, 8, 3));
        var numbers = $"[{string.Join(',', pixels.Chunk(24).Select(row => $"[{string.Join(',', row.Chunk(3).Select(pixel => $"[{string.Join(',', pixel)}]"))}]"))}]";

        var answers = model.Predict([Row($"\"{file}\""), Row($"\"data:image/png;base64,{file}\""), Row(numbers)]);

        Assert.Equal(answers[0].Probabilities, answers[1].Probabilities);
        Assert.Equal(answers[0].Probabilities, answers[2].Probabilities);
        Assert.NotEqual(answers[0].Probabilities, model.Predict([Row($"\"{Convert.ToBase64String(Png.Of(new byte[64], 8, 8, 1))}\"")])[0].Probabilities);
    }

    [Fact]
    public void What_is_no_picture_is_refused_with_its_place_and_what_is_wanted()
    {
        using var model = Trained(channels: 1);
        var rows = string.Join(',', Enumerable.Repeat("[0,0,0,0,0,0,0,0]", 7));

        Refused("null", $"rows[0].image: an image is needed: {Picture}.");
        Refused(null, $"rows[0].image: an image is needed: {Picture}.");
        Refused("7", $"rows[0].image: 7 is not {Picture}.");
        Refused("\"\"", $"rows[0].image: the text is not {Picture}.");
        Refused("\"hello!\"", $"rows[0].image: the text is not {Picture}.");
        Refused("\"\\ud800\"", $"rows[0].image: the text is not {Picture}.");
        Refused("\"aGVsbG8=\"", "rows[0].image: the file is neither a PNG nor a JPEG.");
        Refused($"\"{Convert.ToBase64String(Png.Of(new byte[5001 * 5000], 5001, 5000, 1))}\"", "rows[0].image: the file has 5001 x 5000 pixels; a picture has at most 25,000,000.");
        Refused($"\"{Convert.ToBase64String(new byte[(16 << 20) + 1])}\"", "rows[0].image: the file has 16,777,217 bytes; a picture has at most 16,777,216.");
        Refused("[]", "rows[0].image: the image has 0 rows of pixels; the model takes 8.");
        Refused($"[{rows},[0]]", "rows[0].image: row 7 of the image is not a list of 8 pixels.");
        Refused($"[{rows},[0,0,0,256,0,0,0,0]]", "rows[0].image: a pixel in row 7 of the image is not a whole number from 0 to 255.");
        Refused($"[{rows},[0,0,0,0.5,0,0,0,0]]", "rows[0].image: a pixel in row 7 of the image is not a whole number from 0 to 255.");
        Refused($"[{rows},[0,0,0,[1],\"a\",0,0,0]]", "rows[0].image: a pixel in row 7 of the image is not a whole number from 0 to 255.");
        Assert.Equal(
            ["rows: 257 images are too many at once; at most 256 of this size are taken in one request."],
            Assert.Throws<InputError>(() => model.Predict([.. Enumerable.Repeat(Row("null"), 257)])).Problems);

        void Refused(string? value, string sentence) =>
            Assert.Equal([sentence], Assert.Throws<InputError>(() => model.Predict([value is null ? new Dictionary<string, JsonElement>() : Row(value)])).Problems);
    }

    private Model Trained(int channels)
    {
        using var scope = torch.NewDisposeScope();
        var bytes = torch.randint(0, 256, [40, 8, 8, channels], dtype: torch.ScalarType.Byte);
        var classes = new CategoryColumn("class", [.. Enumerable.Range(0, 40).Select(row => row % 2)], ["a", "b"]);
        ImageRun.Run(
            new ImageTraining(new ConvolutionalNetwork([4])) { Epochs = 1 }, new ImageSet(bytes, classes, new bool[40]), null,
            new TrainingPlace(new Lineage(null, null, null), new Checkpointing(_folder), Path.Combine(_folder, "package")), new Progress<Report>(), default);
        return Model.Load(Path.Combine(_folder, "package"));
    }

    private static Dictionary<string, JsonElement> Row(string json) => new() { ["image"] = JsonDocument.Parse(json).RootElement.Clone() };
}
