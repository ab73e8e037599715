// The update rule while a person chooses it: one dial for each name, whichever methods have it. Null is "as the record says".
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum Method { Auto, AdamW, Adam, Muon, Lion, RmsProp, Momentum, Sgd, GradientDescent }

public sealed class OptimizerForm
{
    public Method Method { get; set; }
    public double? LearningRate { get; set; }
    public double? AdamLearningRate { get; set; }
    public double? Momentum { get; set; }
    public double? Beta { get; set; }
    public double? Beta1 { get; set; }
    public double? Beta2 { get; set; }
    public double? Epsilon { get; set; }
    public double? WeightDecay { get; set; }

    public OptimizerSpec? Build() => Rule() is { } rule ? rule with { LearningRate = LearningRate } : null;

    public static OptimizerForm From(OptimizerSpec? spec)
    {
        var form = new OptimizerForm { LearningRate = spec?.LearningRate };
        switch (spec)
        {
            case AdamWSpec s:
                (form.Method, form.Beta1, form.Beta2, form.Epsilon, form.WeightDecay) = (Method.AdamW, s.Beta1, s.Beta2, s.Epsilon, s.WeightDecay);
                break;
            case AdamSpec s:
                (form.Method, form.Beta1, form.Beta2, form.Epsilon) = (Method.Adam, s.Beta1, s.Beta2, s.Epsilon);
                break;
            case MuonSpec s:
                (form.Method, form.Momentum, form.AdamLearningRate, form.Beta1, form.Beta2, form.WeightDecay) =
                    (Method.Muon, s.Momentum, s.AdamLearningRate, s.Beta1, s.Beta2, s.WeightDecay);
                break;
            case LionSpec s:
                (form.Method, form.Beta1, form.Beta2, form.WeightDecay) = (Method.Lion, s.Beta1, s.Beta2, s.WeightDecay);
                break;
            case RmsPropSpec s:
                (form.Method, form.Beta, form.Epsilon) = (Method.RmsProp, s.Beta, s.Epsilon);
                break;
            case MomentumSpec s:
                (form.Method, form.Beta) = (Method.Momentum, s.Beta);
                break;
            default:
                form.Method = spec switch { SgdSpec => Method.Sgd, GradientDescentSpec => Method.GradientDescent, _ => Method.Auto };
                break;
        }
        return form;
    }

    /// <summary>The chosen method with its own defaults; null leaves the choice to the platform.</summary>
    public static OptimizerSpec? Default(Method method) => new OptimizerForm { Method = method }.Rule();

    private OptimizerSpec? Rule() => Method switch
    {
        Method.AdamW when new AdamWSpec() is var d => new AdamWSpec(Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, Epsilon ?? d.Epsilon, WeightDecay ?? d.WeightDecay),
        Method.Adam when new AdamSpec() is var d => new AdamSpec(Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, Epsilon ?? d.Epsilon),
        Method.Muon when new MuonSpec() is var d => new MuonSpec(
            Momentum ?? d.Momentum, AdamLearningRate ?? d.AdamLearningRate, Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, WeightDecay ?? d.WeightDecay),
        Method.Lion when new LionSpec() is var d => new LionSpec(Beta1 ?? d.Beta1, Beta2 ?? d.Beta2, WeightDecay ?? d.WeightDecay),
        Method.RmsProp when new RmsPropSpec() is var d => new RmsPropSpec(Beta ?? d.Beta, Epsilon ?? d.Epsilon),
        Method.Momentum => new MomentumSpec(Beta ?? new MomentumSpec().Beta),
        Method.Sgd => new SgdSpec(),
        Method.GradientDescent => new GradientDescentSpec(),
        _ => null,
    };
}
