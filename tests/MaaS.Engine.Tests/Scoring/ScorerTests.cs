// A file of answers says, row by row, what the model says of that row alone: for every kind of model, in both formats.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using MaaS.Engine.Scoring;
using MaaS.Engine.Tests.Tasks;
using MaaS.Inference;
using Xunit;

namespace MaaS.Engine.Tests.Scoring;

public sealed class ScorerTests : IDisposable
{
    private readonly TrainingGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData(AnswerFormat.Csv)]
    [InlineData(AnswerFormat.Parquet)]
    public void Every_row_of_a_table_is_answered_in_order_as_it_is_alone(AnswerFormat format)
    {
        var data = _ground.Written(SampleData.Churn, 5_000); // more than a batch
        using var model = Trained(new TabularTraining("churned", Network: new MlpNetwork([8])) { Epochs = 2 }, _ground.Written(SampleData.Churn, 600, seed: 2));
        var input = Read(data.Path, data.Profile.Reading);

        var (scored, answers) = Score(data, model, Asked(format, withInputs: true));

        Assert.Equal(new Scored(5_000, 0), scored);
        Assert.Equal([.. input.Names, "prediction", "probability", "probability_no", "probability_yes", "error"], answers.Names);
        foreach (var row in new[] { 0, 1, 2_500, 4_095, 4_096, 4_999 })
        {
            if (format == AnswerFormat.Csv) // Parquet keeps numbers, not how they were written
                Assert.Equal(input.Rows[row].Select(Plain), answers.Rows[row].Take(input.Names.Count).Select(Plain));
            var alone = model.Predict([model.Manifest.Inputs.ToDictionary(column => column.Name, column => JsonSerializer.SerializeToElement(input[row, column.Name]))])[0];
            Assert.Equal((alone.Label, ""), (answers[row, "prediction"], answers[row, "error"]));
            Assert.Equal(alone.Probabilities!["yes"], Number(answers[row, "probability_yes"]), 1e-5);
            Assert.Equal(alone.Probabilities.Values.Max(), Number(answers[row, "probability"]), 1e-5);
        }
    }

    [Theory]
    [InlineData(AnswerFormat.Csv)]
    [InlineData(AnswerFormat.Parquet)]
    public void A_row_that_does_not_fit_has_its_reason_and_the_others_their_answers(AnswerFormat format)
    {
        using var model = Trained(new TabularTraining("y", Network: new LinearNetwork()) { Epochs = 2 }, _ground.Lined("numbers.csv", Enumerable.Range(0, 300).Select(i => $"{i},{i % 7},{2 * i}").Prepend("x,error,y")));
        var data = _ground.Lined("asked.csv", ["x,error,prediction", "1,2,a", "many,some,\"b, \"\"c\"\"\"", ",5,", "4,5,d"]);

        var (scored, answers) = Score(data, model, Asked(format, withInputs: true));

        Assert.Equal(new Scored(4, 1), scored);
        Assert.Equal(["x", "error", "prediction", "prediction_", "error_"], answers.Names);
        Assert.Equal(["", "x: \"many\" is not a whole number. error: \"some\" is not a whole number.", "", ""], answers.Rows.Select(row => row[4]));
        Assert.Equal([false, true, false, false], answers.Rows.Select(row => row[3] == ""));
        Assert.Equal(["a", "b, \"c\"", "", "d"], answers.Rows.Select(row => row[2]));
        Assert.Equal(["1", "many", "", "4"], answers.Rows.Select(row => row[0]));
    }

    [Fact]
    public void Texts_are_answered_as_they_are_alone()
    {
        var data = _ground.Lined("asked.csv", TrainingGround.Letters(150));
        using var model = Trained(new TextTraining("message", "team", new BagNetwork(2, 4)) { Epochs = 2 });
        var texts = (TextColumn)TableReader.Read(data.Path, data.Profile, ["message"], new Dictionary<string, ColumnType> { ["message"] = ColumnType.Text }, TestContext.Current.CancellationToken)["message"];

        var (scored, answers) = Score(data, model, Asked(AnswerFormat.Csv));

        Assert.Equal((new Scored(150, 0), "prediction"), (scored, answers.Names[0]));
        foreach (var row in new[] { 0, 63, 64, 149 })
            Assert.Equal(model.Predict([new Dictionary<string, JsonElement> { ["message"] = JsonSerializer.SerializeToElement(texts.Values[row]) }])[0].Label, answers[row, "prediction"]);
    }

    [Fact]
    public void Pictures_are_answered_by_the_name_of_their_file()
    {
        var data = _ground.Written(SampleData.Shapes, 300);
        using var model = Trained(new ImageTraining(Network: new ImageMlpNetwork([8])) { Epochs = 1 }, data);
        using var file = ImageFile.Open(data.Path, data.Profile.Reading.Format!.Value);
        var pictures = file.Read().ToList();
        var shape = model.Manifest.Inputs[0].Shape;

        var (scored, answers) = Score(data, model, Asked(AnswerFormat.Parquet, withInputs: true));

        Assert.Equal(new Scored(300, 0), scored);
        Assert.Equal(pictures.Select(picture => (picture.Place, picture.Label)), answers.Rows.Select(row => (row[0], row[1])));
        foreach (var row in new[] { 0, 255, 256, 299 })
            Assert.Equal(model.Run([pictures[row].Picture.As((int)shape[2], (int)shape[1], (int)shape[3]).Pixels_HWC], 1).Labels![0], answers[row, "prediction"]);
    }

    [Fact]
    public void A_recommender_gives_each_user_one_row_without_what_they_had()
    {
        using var model = Trained(new RecommendationTraining("user_id", "film", Network: new LinearAutoencoder()), _ground.Written(SampleData.Films, 3_000));
        var data = _ground.Lined("asked.csv", ["film,user_id", $"{Item(model, 0)},zoe", $"{Item(model, 1)},adam", $"{Item(model, 2)},zoe", ",eve"]);

        var (scored, answers) = Score(data, model, Asked(AnswerFormat.Csv) with { Top = 3 });

        Assert.Equal(new Scored(3, 0), scored);
        Assert.Equal(["user_id", "item_1", "score_1", "item_2", "score_2", "item_3", "score_3"], answers.Names);
        Assert.Equal(["zoe", "adam", "eve"], answers.Rows.Select(row => row[0]));
        var alone = model.Recommend("zoe", [Item(model, 0), Item(model, 2)], 3);
        Assert.Equal(alone.Select(item => item.Item), new[] { "item_1", "item_2", "item_3" }.Select(name => answers[0, name]));
        Assert.Equal(alone[0].Score, Number(answers[0, "score_1"]), 1e-5);
    }

    [Fact]
    public void What_the_model_reads_and_the_data_lacks_is_named()
    {
        using var model = Trained(new TabularTraining("churned", Network: new LinearNetwork()) { Epochs = 1 });
        var data = _ground.Lined("asked.csv", ["a,b", "1,2"]);

        var error = Assert.Throws<UserError>(() => Score(data, model, Asked(AnswerFormat.Csv)));

        Assert.Equal($"There is no column \"{model.Manifest.Inputs[0].Name}\", which the model reads. The columns are a, b.", error.Message);
    }

    private static ScoreJob Asked(AnswerFormat format, bool withInputs = false) => new(Guid.Empty, Guid.Empty, format, withInputs);

    private static string Item(Model model, int number) => model.Manifest.Inputs.Single(input => input.Name == "seen").Categories![number];

    private Model Trained(TrainingSpec spec, DataFile? data = null) => Model.Load(_ground.Train(spec, data ?? _ground.DataOf(spec)).Package);

    private (Scored Scored, AnswerTable Answers) Score(DataFile data, Model model, ScoreJob asked)
    {
        var path = Path.Combine(_ground.Folder, asked.Path);
        var scored = Scorer.Run(data, model, asked, path, new Progress<Report>(), TestContext.Current.CancellationToken);
        // Read back as anybody's file is.
        return (scored, Read(path, new ReadingOptions(Header: true, Delimiter: asked.Format == AnswerFormat.Csv ? "," : null, Quoted: true)));
    }

    private static AnswerTable Read(string path, ReadingOptions reading)
    {
        using var file = TableFile.Open(path, reading);
        var rows = new List<string[]>();
        while (file.NextRow())
            rows.Add([.. Enumerable.Range(0, file.Names.Count).Select(i => file.Cell(i).ToString())]);
        return new AnswerTable(file.Names, rows);
    }

    /// <summary>12.50 is 12.5.</summary>
    private static string Plain(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : text;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private sealed record AnswerTable(IReadOnlyList<string> Names, List<string[]> Rows)
    {
        public string this[int row, string column] => Rows[row][Names.Index().Single(name => name.Item == column).Index];
    }
}
