// Which rows are held out, while a person says so. Null is "as the record says".
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public sealed class SplitForm
{
    public static SplitSpec Defaults { get; } = new();

    public double? Validation { get; set; }
    public double? Test { get; set; }
    public int? Seed { get; set; }
    public Guid? TestDatasetVersionId { get; set; }

    public SplitSpec? Build() => Validation is null && Test is null && Seed is null && TestDatasetVersionId is null
        ? null
        : new(Validation ?? Defaults.Validation, Test ?? Defaults.Test, TestDatasetVersionId, Seed ?? Defaults.Seed);

    public static SplitForm From(SplitSpec? split) => new()
    {
        Validation = split?.Validation,
        Test = split?.Test,
        Seed = split?.Seed,
        TestDatasetVersionId = split?.TestDatasetVersionId,
    };
}
