using MaaS.Contracts.Datasets;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class SampleDataTests
{
    public static TheoryData<string> Names => [.. SampleData.All.Select(sample => sample.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_seed_writes_the_same_file(string name)
    {
        Assert.Equal(Bytes(name, 1), Bytes(name, 1));
        Assert.NotEqual(Bytes(name, 1), Bytes(name, 2));
    }

    [Fact]
    public void Churn_is_mixed_imbalanced_and_partly_missing()
    {
        var profile = Profile("churn");

        Assert.Equal(SampleData.DefaultRows, profile.RowCount);
        Assert.Equal(
            "signed_up:Date plan:Category monthly_price:Number country:Category payment:Category has_app:Boolean " +
            "support_calls:Integer logins_last_month:Integer satisfaction:Integer churned:Boolean", Types(profile));
        Assert.Equal([], profile.Warnings);
        var churned = profile.Columns[^1].Top.Single(value => value.Value == "yes").Count / (double)profile.RowCount;
        Assert.InRange(churned, 0.10, 0.20);
        Assert.Equal(["country", "logins_last_month", "satisfaction"], Holed(profile));
        Assert.InRange(profile.Columns[3].Top[^1].Count, 50, 400);
    }

    [Fact]
    public void Houses_have_a_price_to_predict()
    {
        var profile = Profile("prices");

        Assert.Equal(
            "listed_on:Date district:Category area_m2:Integer rooms:Integer built:Integer energy_class:Category garden:Boolean " +
            "km_to_centre:Number price:Integer", Types(profile));
        Assert.Equal([], profile.Warnings);
        Assert.Equal(["built", "energy_class", "km_to_centre"], Holed(profile));
        var price = profile.Columns[^1].Numbers!;
        Assert.InRange(price.Median, 150_000, 400_000);
        Assert.InRange(price.Min, 20_000, price.Median);
    }

    [Fact]
    public void Messages_are_texts_of_five_topics()
    {
        var profile = Profile("messages");

        Assert.Equal("message:Text topic:Category", Types(profile));
        Assert.Equal([], profile.Warnings);
        Assert.Equal((6_000L, 0L), (profile.RowCount, profile.Columns[0].Missing));
        Assert.InRange(profile.Columns[0].Distinct, 4_000, 6_000);
        Assert.Equal(["account", "billing", "delivery", "returns", "technical"], profile.Columns[1].Top.Select(value => value.Value).Order());
    }

    private static string Types(DatasetProfile profile) => string.Join(' ', profile.Columns.Select(column => $"{column.Name}:{column.Type}"));

    private static IEnumerable<string> Holed(DatasetProfile profile) =>
        profile.Columns.Where(column => column.Missing > 0).Select(column => column.Name);

    private static DatasetProfile Profile(string name)
    {
        using var file = new TestFile(Bytes(name, 1));
        return Profiler.Profile(file.Path, new ReadingOptions(), null, TestContext.Current.CancellationToken);
    }

    private static byte[] Bytes(string name, int seed)
    {
        var bytes = new MemoryStream();
        SampleData.All.Single(sample => sample.Name == name).Write(bytes, seed: seed);
        return bytes.ToArray();
    }
}
