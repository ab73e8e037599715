// A name for a run that was given none: what it is and which one of its experiment, as in "mlp-adamw-7".
using MaaS.Catalog;
using MaaS.Catalog.Experiments;
using MaaS.Contracts.Training;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Jobs;

internal static class RunNames
{
    public static async Task<string> Next(CatalogContext context, Guid experiment, TrainingSpec training, CancellationToken token)
    {
        var network = training switch
        {
            TextTraining { Network: TransformerTextNetwork } => "transformer",
            ImageTraining { Network: ResNetwork } => "resnet",
            ImageTraining { Network: null or ConvolutionalNetwork } => "cnn",
            TextTraining => "bag",
            LanguageTraining => "gpt",
            RecommendationTraining { Network: NeuralFactorization } => "neumf",
            RecommendationTraining { Network: BayesianRanking } => "bpr",
            RecommendationTraining { Network: LinearAutoencoder } => "ease",
            RecommendationTraining { Network: PooledHistory } or RecommendationTraining { Rating: null } => "history",
            RecommendationTraining => "biases",
            TabularTraining { Network: LinearNetwork } => "linear",
            _ => "mlp",
        };
        var method = training.Optimizer is null ? "" : $"-{RunParams.Of(training)["optimizer.method"]}";
        var count = await context.Runs.CountAsync(run => run.ExperimentId == experiment, token);
        return $"{network}{method}-{count + 1}";
    }
}
