// Training on a table, while a person fills it in.
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Training;

namespace MaaS.Web.Training;

public enum TabularKind { Auto, Mlp, Residual, Linear }

public sealed class TabularForm : FamilyForm
{
    public string? Target { get; set; }
    public HashSet<string>? Features { get; set; }
    public TabularGoal Goal { get; set; }

    public TabularKind Network { get; set; }
    public string? Hidden { get; set; }
    public int? Blocks { get; set; }
    public int? Width { get; set; }
    public double? Dropout { get; set; }
    public NumberEmbedding Numbers { get; set; } = new MlpNetwork().Numbers;
    public bool Pairs { get; set; }
    public int? Ensemble { get; set; }

    public SplitForm Split { get; private init; } = new();

    public override TrainingSpec Build() => new TabularTraining(Target ?? "", Features is null ? null : [.. Features], Goal, BuildNetwork(), Split.Build());

    public static TabularForm From(TabularTraining training)
    {
        var form = new TabularForm
        {
            Target = training.Target,
            Features = training.Features is null ? null : [.. training.Features],
            Goal = training.Goal,
            Split = SplitForm.From(training.Split),
        };
        form.Network = training.Network switch
        {
            MlpNetwork => TabularKind.Mlp,
            ResidualNetwork => TabularKind.Residual,
            LinearNetwork => TabularKind.Linear,
            _ => TabularKind.Auto,
        };
        if (training.Network is DeepNetwork deep)
            (form.Dropout, form.Numbers, form.Pairs, form.Ensemble) = (deep.Dropout, deep.Numbers, deep.Pairs, deep.Ensemble);
        if (training.Network is MlpNetwork mlp) form.Hidden = Text(mlp.Hidden);
        if (training.Network is ResidualNetwork residual) (form.Blocks, form.Width) = (residual.Blocks, residual.Width);
        return form;
    }

    public override void Meet(DatasetProfile profile, SampleData? sample) => (Target, Features) = (sample?.Target, null);

    private TabularNetwork? BuildNetwork() => Network switch
    {
        TabularKind.Mlp => Deep(new MlpNetwork(Widths(Hidden))),
        TabularKind.Residual when new ResidualNetwork() is var d => Deep(new ResidualNetwork(Blocks ?? d.Blocks, Width ?? d.Width)),
        TabularKind.Linear => new LinearNetwork(),
        _ => null,
    };

    private DeepNetwork Deep(DeepNetwork network) =>
        network with { Dropout = Dropout ?? network.Dropout, Numbers = Numbers, Pairs = Pairs, Ensemble = Ensemble ?? network.Ensemble };
}
