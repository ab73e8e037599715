using MaaS.Contracts.Training;
using MaaS.Engine.Data;
using Xunit;

namespace MaaS.Engine.Tests.Data;

public sealed class SplitTests
{
    [Fact]
    public void Every_row_is_in_exactly_one_part_and_the_shares_are_kept()
    {
        var split = Split.Of(1000, new SplitSpec(Validation: 0.1, Test: 0.2));

        Assert.Equal((700, 100, 200), (split.Train.Length, split.Validation.Length, split.Test.Length));
        Assert.Equal(Enumerable.Range(0, 1000), split.Train.Concat(split.Validation).Concat(split.Test).Order());
    }

    [Fact]
    public void A_seed_means_the_same_rows_for_ever()
    {
        var split = Split.Of(10, new SplitSpec(Validation: 0.2, Test: 0.3, Seed: 7));

        Assert.Equal([0, 4, 3, 2, 7], split.Train);
        Assert.Equal([6, 1], split.Validation);
        Assert.Equal([9, 5, 8], split.Test);
    }

    [Fact]
    public void Another_seed_means_other_rows() =>
        Assert.NotEqual(Split.Of(100, new SplitSpec(Seed: 1)).Test, Split.Of(100, new SplitSpec(Seed: 2)).Test);

    [Fact]
    public void Every_part_has_its_share_of_each_class_and_a_single_row_of_a_class_is_for_training()
    {
        var classes = Enumerable.Range(0, 1001).Select(row => row == 1000 ? 2 : row % 10 == 0 ? 1 : 0).ToArray();

        var split = Split.Of(1001, new SplitSpec(Validation: 0.1, Test: 0.2), classes);

        Assert.Equal((180, 20, 0), Count(split.Test));
        Assert.Equal((90, 10, 0), Count(split.Validation));
        Assert.Equal((630, 70, 1), Count(split.Train));

        (int, int, int) Count(int[] rows) =>
            (rows.Count(row => classes[row] == 0), rows.Count(row => classes[row] == 1), rows.Count(row => classes[row] == 2));
    }

    [Fact]
    public void A_test_file_leaves_all_rows_to_training_and_validation()
    {
        var split = Split.Of(100, new SplitSpec(TestDatasetVersionId: Guid.NewGuid()));

        Assert.Equal((90, 10, 0), (split.Train.Length, split.Validation.Length, split.Test.Length));
    }

    [Fact]
    public void Too_few_rows_are_refused_with_a_sentence()
    {
        var error = Assert.Throws<UserError>(() => Split.Of(2, new SplitSpec()));

        Assert.Equal(
            "2 rows are too few to divide into 2 for training, 0 for validation and 0 for the test; " +
            "every part needs at least one. Add rows or raise the shares.", error.Message);
    }
}
