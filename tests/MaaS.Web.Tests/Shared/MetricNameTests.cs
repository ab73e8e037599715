using MaaS.Web.Shared;

namespace MaaS.Web.Tests.Shared;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("test_roc_auc", "ROC AUC (test)", false)]
    [InlineData("val_perplexity", "Perplexity (validation)", true)]
    [InlineData("test_bits_per_byte", "Bits per byte (test)", true)]
    [InlineData("test_mcc", "Matthews correlation (test)", false)]
    [InlineData("test_hr@10", "Hit rate @ 10 (test)", false)]
    [InlineData("hr10", "Hit rate @ 10", false)]
    [InlineData("ndcg_at_10", "NDCG @ 10", false)]
    [InlineData("top5_accuracy", "Top-5 accuracy", false)]
    [InlineData("macro_f1", "Macro F1", false)]
    [InlineData("f1", "F1", false)]
    [InlineData("r2", "R²", false)]
    [InlineData("train_loss", "Loss (training)", true)]
    public void A_key_is_read_as_people_call_it(string key, string words, bool lessIsBetter) =>
        Assert.Equal((words, lessIsBetter), (MetricName.Full(key), MetricName.LessIsBetter(MetricName.Parts(key).Measure)));
}
