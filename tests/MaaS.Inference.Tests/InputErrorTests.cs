using Xunit;

namespace MaaS.Inference.Tests;

public sealed class InputErrorTests
{
    private const string Columns = "Its columns are age, member, city, joined.";

    [Theory]
    [InlineData("""{"age":"abc"}""", "rows[0].age: \"abc\" is not a number.")]
    [InlineData("""{"age":true}""", "rows[0].age: true is not a number.")]
    [InlineData("""{"age":[1]}""", "rows[0].age: a list is not a number.")]
    [InlineData("""{"age":{"a":1}}""", "rows[0].age: an object is not a number.")]
    [InlineData("""{"age":1e39}""", "rows[0].age: 1e39 is beyond the range of a 32-bit number (up to 3.4e38).")]
    [InlineData("""{"age":1e999}""", "rows[0].age: 1e999 is beyond the range of a 32-bit number (up to 3.4e38).")]
    [InlineData("""{"age":"Infinity"}""", "rows[0].age: \"Infinity\" is not a number.")]
    [InlineData("""{"member":2}""", "rows[0].member: 2 is not true or false (also 1 and 0, yes and no).")]
    [InlineData("""{"member":"maybe"}""", "rows[0].member: \"maybe\" is not true or false (also 1 and 0, yes and no).")]
    [InlineData("""{"joined":"03/04/2024"}""", "rows[0].joined: \"03/04/2024\" is not a date such as \"2024-03-01\", or whole days since 1970-01-01.")]
    [InlineData("""{"joined":1.5}""", "rows[0].joined: 1.5 is not a date such as \"2024-03-01\", or whole days since 1970-01-01.")]
    [InlineData("""{"joined":99999999999}""", "rows[0].joined: 99999999999 is not a date such as \"2024-03-01\", or whole days since 1970-01-01.")]
    [InlineData("""{"city":"\ud800"}""", "rows[0].city: \"\\ud800\" is half of a character; a text is whole characters.")]
    [InlineData("null", "rows[0]: null is not a row; send an object of columns and values.")]
    [InlineData("""{"city":[]}""", "rows[0].city: a list is not a text.")]
    [InlineData("""{"Age":1}""", $"rows[0].Age: the model has no such column. Did you mean \"age\"? {Columns}")]
    [InlineData("""{"memberr":1}""", $"rows[0].memberr: the model has no such column. Did you mean \"member\"? {Columns}")]
    [InlineData("""{"salary":1}""", $"rows[0].salary: the model has no such column. {Columns}")]
    [InlineData("""{"left":"yes"}""", "rows[0].left: this is what the model predicts; leave it out.")]
    public void A_wrong_value_is_refused_with_its_place_and_what_is_allowed(string row, string sentence)
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);

        var error = Assert.Throws<InputError>(() => model.Predict(TestPackage.Rows(row)));

        Assert.Equal([sentence], error.Problems);
    }

    [Fact]
    public void Problems_are_gathered_over_the_rows_and_end_at_ten()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);
        var rows = Enumerable.Range(0, 20).Select(row => row % 2 == 0 ? """{"age":"x"}""" : """{"age":1}""").ToArray();

        var error = Assert.Throws<InputError>(() => model.Predict(TestPackage.Rows(rows)));

        Assert.Equal(Enumerable.Range(0, 10).Select(odd => $"rows[{odd * 2}].age: \"x\" is not a number."), error.Problems);
    }

    [Fact]
    public void No_rows_at_all_are_refused()
    {
        using var package = new TestPackage();
        using var model = Model.Load(package.Folder);

        Assert.Equal(["rows: at least one row is needed."], Assert.Throws<InputError>(() => model.Predict([])).Problems);
    }
}
