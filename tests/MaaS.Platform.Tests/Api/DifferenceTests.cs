// What changed between two versions of a dataset, told from the profiles that were stored when they were read.
using MaaS.Catalog.Datasets;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class DifferenceTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Columns_come_go_change_their_type_and_stay()
    {
        var dataset = await Dataset(
            Table(1000, Number("age", ColumnType.Integer, 17, 90, Even), Category("city", 2, ("rome", 600), ("oslo", 400)), Category("gone", 1, ("a", 1000))),
            Table(1200, Number("age", ColumnType.Number, 17, 90, Even), Category("city", 3, ("oslo", 700), ("bonn", 300), ("rome", 200)), Number("new", ColumnType.Number, 0, 1, Even)));

        var found = await Team.Client(Role.Viewer).DatasetDifferences(dataset, 2, token: Token);

        Assert.Equal((1, 1000L, 2, 1200L, false), (found.Before.Version.Number, found.Before.Rows, found.After.Version.Number, found.After.Rows, found.SameFile));
        Assert.Equal(
            [("age", ColumnChange.Retyped), ("city", ColumnChange.Kept), ("new", ColumnChange.Added), ("gone", ColumnChange.Removed)],
            found.Columns.Select(column => (column.Name, column.Change)));
        var city = found.Columns[1];
        Assert.Equal(["bonn"], city.Values!.Gained);
        Assert.Empty(city.Values.Lost);
        Assert.True(city.Values.Whole);
        Assert.Equal(DriftVerdict.Shifted, city.Verdict);
        Assert.Equal((0.0, DriftVerdict.Stable), (found.Columns[0].Psi!.Value, found.Columns[0].Verdict));
        Assert.Equal((null, 1.0), ((double?)found.Columns[2].Before?.Numbers?.Max, found.Columns[2].After!.Numbers!.Max));
        // The index of the three shares, and of nothing beside them.
        Assert.Equal(
            (2 / 12.0 - 0.6) * Math.Log(2 / 12.0 / 0.6) + (7 / 12.0 - 0.4) * Math.Log(7 / 12.0 / 0.4) + (0.25 - 0.0001) * Math.Log(0.25 / 0.0001), city.Psi!.Value, 1e-9);
    }

    [Fact]
    public async Task An_outlier_that_widens_the_bins_is_no_change_and_a_moved_middle_is_one()
    {
        // Nearly all values lie in the first bin of the earlier version, and of the later one, whose bins are twice as wide.
        long[] tail = [950, 20, 10, .. new long[15], 10, 10];
        var outlier = await Dataset(Table(1000, Number("income", ColumnType.Number, 0, 100, tail)), Table(1000, Number("income", ColumnType.Number, 0, 200, [980, 10, .. new long[17], 10])));
        var moved = await Dataset(Table(1000, Number("income", ColumnType.Number, 0, 100, Even)), Table(1000, Number("income", ColumnType.Number, 60, 160, Even)));

        var calm = (await Member.DatasetDifferences(outlier, 2, 1, Token)).Columns[0];
        var other = (await Member.DatasetDifferences(moved, 2, 1, Token)).Columns[0];

        Assert.Equal(DriftVerdict.Stable, calm.Verdict);
        Assert.InRange(calm.Psi!.Value, 0, 0.02);
        Assert.Equal(DriftVerdict.Shifted, other.Verdict);
    }

    [Fact]
    public async Task Of_many_categories_only_what_the_profiles_keep_is_told()
    {
        (string, long)[] twenty = [.. Enumerable.Range(0, 20).Select(place => ($"c{place}", 40L))];
        var dataset = await Dataset(
            Table(1000, Category("code", 25, twenty)), Table(1000, Category("code", 26, [("fresh", 40), .. twenty.Skip(1)])), Table(100, Category("code", 2, ("c1", 60), ("c2", 40))));

        var many = (await Member.DatasetDifferences(dataset, 2, token: Token)).Columns[0];
        var few = (await Member.DatasetDifferences(dataset, 3, 1, Token)).Columns[0];

        Assert.Empty(many.Values!.Gained.Concat(many.Values.Lost));
        Assert.False(many.Values.Whole);
        Assert.Equal(DriftVerdict.Stable, many.Verdict);
        Assert.Equal((null, DriftVerdict.TooFew), (few.Psi, few.Verdict));
        Assert.Equal(twenty.Select(value => value.Item1).Except(["c1", "c2"]), few.Values!.Lost);
    }

    [Fact]
    public async Task Images_and_texts_have_their_own_figures_and_the_same_file_is_known_again()
    {
        var images = Table(70, new ColumnProfile("image", ColumnType.Image, 0, 70, false, null, []), Category("class", 2, ("boot", 50), ("bag", 20))) with { Images = new(28, 28, 28, 28, 1) };
        var text = Table(10, new ColumnProfile("line", ColumnType.Text, 0, 10, false, null, [])) with { Text = new(100, 20, 30) };

        var pictures = await Member.DatasetDifferences(await Dataset(images, images with { Images = new(28, 56, 28, 56, 3) }), 2, token: Token);
        var lines = await Member.DatasetDifferences(await Dataset(text, text with { Text = new(200, 40, 31) }), 1, 2, Token);

        Assert.Equal((images.Images, new ImageSummary(28, 56, 28, 56, 3), true), (pictures.Before.Images, pictures.After.Images, pictures.SameFile));
        Assert.Equal((new TextSummary(200, 40, 31), text.Text), (lines.Before.Text, lines.After.Text));
        Assert.Equal((null, null), (lines.Columns[0].Psi, lines.Columns[0].Verdict));
    }

    private static long[] Even { get; } = [.. Enumerable.Repeat(50L, 20)];

    private static DatasetProfile Table(long rows, params ColumnProfile[] columns) => new(rows, new(DatasetFormat.Csv), columns, [], []);

    private static ColumnProfile Number(string name, ColumnType type, double min, double max, long[] histogram) =>
        new(name, type, 0, 900, false, new(min, max, (min + max) / 2, 1, histogram[0] > 500 ? min + 1 : (min + max) / 2, histogram), [new("1", 3)]);

    private static ColumnProfile Category(string name, long distinct, params (string Value, long Count)[] top) =>
        new(name, ColumnType.Category, 0, distinct, false, null, [.. top.Select(value => new ValueCount(value.Value, value.Count))]);

    private async Task<Guid> Dataset(params DatasetProfile[] profiles)
    {
        await using var context = Api.Context();
        var dataset = context.Datasets.Add(new() { TeamId = Team.Id, Name = $"data {Guid.NewGuid()}" }).Entity;
        dataset.Versions.AddRange(profiles.Select((profile, place) => new DatasetVersion
        {
            TeamId = Team.Id,
            Number = place + 1,
            FileName = "a.csv",
            Bytes = 3,
            Sha256 = new(profile.Images is null ? (char)('a' + place) : 'f', 64),
            Reading = new(),
            Profile = profile,
            State = DatasetState.Ready,
            RowCount = profile.RowCount,
            ColumnCount = profile.Columns.Count,
        }));
        await context.SaveChangesAsync(Token);
        return dataset.Id;
    }
}
