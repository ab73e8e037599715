// Training on who rated or used what, while a person fills it in.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum RecommendationKind { Auto, Biased, Neural, Ranking, History, Linear }

public sealed class RecommendationForm : FamilyForm
{
    public string? User { get; set; }
    public string? Item { get; set; }
    public string? Rating { get; set; }
    public string? Time { get; set; }

    public RecommendationKind Network { get; set; }
    public int? Factors { get; set; }
    public double? Regularization { get; set; }
    public int? Negatives { get; set; }
    public int? History { get; set; }
    public double? Dropout { get; set; }

    public RecommendationSplit? Split { get; set; }

    public override TrainingSpec Build() => new RecommendationTraining(User ?? "", Item ?? "", Rating, Time, BuildNetwork(), Split);

    public static RecommendationForm From(RecommendationTraining training)
    {
        var form = new RecommendationForm
        {
            User = training.User,
            Item = training.Item,
            Rating = training.Rating,
            Time = training.Time,
            Split = training.Split,
        };
        switch (training.Network)
        {
            case BiasedFactorization network:
                (form.Network, form.Factors, form.Regularization) = (RecommendationKind.Biased, network.Factors, network.Regularization);
                break;
            case NeuralFactorization network:
                (form.Network, form.Factors, form.Negatives) = (RecommendationKind.Neural, network.Factors, network.Negatives);
                break;
            case BayesianRanking network:
                (form.Network, form.Factors) = (RecommendationKind.Ranking, network.Factors);
                break;
            case PooledHistory network:
                (form.Network, form.Factors, form.History, form.Dropout) = (RecommendationKind.History, network.Factors, network.History, network.Dropout);
                break;
            case LinearAutoencoder network:
                (form.Network, form.Regularization) = (RecommendationKind.Linear, network.Regularization);
                break;
        }
        return form;
    }

    public override void Meet(DatasetProfile profile, SampleData? sample) => (User, Item, Rating, Time) =
        (Families.UserColumn(profile), Families.ItemColumn(profile), Families.RatingColumn(profile), Families.TimeColumn(profile));

    private RecommendationNetwork? BuildNetwork() => Network switch
    {
        RecommendationKind.Biased when new BiasedFactorization() is var d => new BiasedFactorization(Factors ?? d.Factors, Regularization ?? d.Regularization),
        RecommendationKind.Neural when new NeuralFactorization() is var d => new NeuralFactorization(Factors ?? d.Factors, Negatives ?? d.Negatives),
        RecommendationKind.Ranking => new BayesianRanking(Factors ?? new BayesianRanking().Factors),
        RecommendationKind.History when new PooledHistory() is var d => new PooledHistory(Factors ?? d.Factors, History ?? d.History, Dropout ?? d.Dropout),
        RecommendationKind.Linear => new LinearAutoencoder(Regularization ?? new LinearAutoencoder().Regularization),
        _ => null,
    };
}
