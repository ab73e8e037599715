// Recommenders: what somebody has seen, or who it is, in; the best items out.
using MaaS.Contracts.Compression;
using MaaS.Contracts.Models;
using MaaS.Contracts.Training;
using MaaS.Engine.Onnx;
using MaaS.Engine.Packages;
using MaaS.Engine.Tasks;
using MaaS.Engine.Tasks.Recommendation;
using MaaS.Engine.Training;
using MaaS.Inference;
using TorchSharp;
using static TorchSharp.torch;
using Recommender = MaaS.Engine.Tasks.Recommendation.Recommender;

namespace MaaS.Engine.Compression;

internal sealed class RecommendationSubject : Subject
{
    private const int Best = 10;

    private readonly Events _events;
    private readonly EventSplit _split;
    private readonly Device _device;
    private readonly string _folder;
    private readonly bool _needsUser;
    private readonly Lazy<ModelProto?> _unchosen;

    public RecommendationSubject(ModelManifest manifest, CompressionPlace place, IProgress<Report> progress, CancellationToken token) : base(manifest)
    {
        var (training, known, network) = RecommendationPackage.Load(place.Source);
        Source = Candidate.Of(training, network);
        network.Dispose();
        (_folder, _needsUser) = (place.Source, network.NeedsUser);
        _events = Events.Read(training, place.Data, progress, token, known);
        _split = EventSplit.Of(_events, training.Split!.Value, training.Seed);
        _device = Compute(training).Device;
        _unchosen = new(SolvedFromTheRest);
    }

    public override Candidate Source { get; }

    public override string Quality => Rates ? "rmse" : "hr10";

    public override bool HigherIsBetter => !Rates;

    private bool Rates => ((RecommendationTraining)Source.Training).Network is BiasedFactorization;

    public override LearningTask Task(Candidate candidate)
    {
        var spec = ((RecommendationTraining)candidate.Training).Network!;
        if (spec is BiasedFactorization or LinearAutoencoder)
        {
            // Solved, so nothing trains it: its weights change in the graph alone.
            return new RankingTask(RecommendationPackage.Load(_folder).Network, new NoLoss(), _events, _split, _device);
        }
        var (network, loss) = RecommendationRun.Learner(spec, null, _events, _split, _device);
        candidate.Into(network);
        return new RankingTask(network, loss, _events, _split, _device);
    }

    public override nn.Module Built(TrainingSpec training) => RecommendationRun.Learner(((RecommendationTraining)training).Network!, null, _events, _split, _device).Network;

    public override ModelProto Graph(LearningTask task) => RecommendationGraph.Of((Recommender)task.Network, _events);

    public override bool IsWeight(string name) => true;

    public override TrainingSpec Filled(TrainingSpec student, IProgress<Report> progress)
    {
        var (source, own) = ((RecommendationTraining)Source.Training, (RecommendationTraining)student);
        if (own.Network is not null && own.Network.GetType() != source.Network!.GetType())
            throw new UserError("The student's network is of another kind than the source's; a recommender learns from one of its own kind.");
        return RecommendationRun.Fill(
            own with { User = source.User, Item = source.Item, Rating = source.Rating, Time = source.Time, Split = source.Split, Seed = source.Seed, Network = own.Network ?? source.Network, From = null },
            _split.Train.Length, progress);
    }

    public override TrainingSpec Halved()
    {
        var source = (RecommendationTraining)Source.Training;
        return source with
        {
            From = null,
            Network = source.Network switch
            {
                BayesianRanking ranking => ranking with { Factors = Math.Max(1, ranking.Factors / 2) },
                NeuralFactorization neural => neural with { Factors = Math.Max(1, neural.Factors / 2) },
                PooledHistory pooled => pooled with { Factors = Math.Max(1, pooled.Factors / 2) },
                var other => other,
            },
        };
    }

    public override Structure? Structure(TrainingSpec training) => null;

    public override CalibrationRows Calibration(int most)
    {
        var seen = _events.Histories(_split.Train);
        int[] users = [.. Enumerable.Range(0, seen.Length).Where(user => seen[user].Length > 0).Take(most)];
        string[][] histories = [.. users.Select(user => Names(seen[user]))];
        Array[] columns =
        [
            .. _needsUser ? [users.Select(user => new[] { _events.Users[user] }).ToArray()] : Array.Empty<Array>(),
            histories, users.Select(_ => new[] { (long)Best }).ToArray(),
        ];
        return new(columns, users.Length);
    }

    public override Lessons Lessons(IReadOnlyList<Model> teachers, IReadOnlyList<string> folders, LearningTask student, Distillation step, CancellationToken token)
    {
        var networks = folders.Select(folder => RecommendationPackage.Load(folder)).ToArray();
        foreach (var (training, events, network) in networks)
            if (network.GetType() != student.Network.GetType() || !events.Items.SequenceEqual(_events.Items, StringComparer.Ordinal) || (events.Users.Count > 0 && !events.Users.SequenceEqual(_events.Users, StringComparer.Ordinal)))
                throw new UserError($"A teacher recommends \"{training.Item}\" with another kind of network, or knows other items or users than the source; it must be a version of the same kind trained on the same events.");
        Recommender[] asked = [.. networks.Select(teacher => teacher.Network)];
        foreach (var network in asked)
            network.to(_device).eval();
        var lesson = new Lesson(step.Temperature, step.Weight, (users_B, input) =>
        {
            using var quiet = no_grad();
            return stack([.. asked.Select(network => network switch
            {
                Factorization factors => factors.Pairs(users_B, input!),
                NeuralFactorizationNetwork neural => neural.Pairs(users_B, input!),
                _ => network.Scores(users_B, input!).softmax(1),
            })]).mean([0]) is var mean && student.Network is HistoryNetwork ? mean.clamp_min(1e-12).log() : mean;
        });
        return new Lessons(lesson, asked);
    }

    /// <summary>What is solved is solved once more when all is chosen, then from the events that chose too.</summary>
    public override ModelProto? Unchosen => _unchosen.Value;

    public override Quality Validate(Model served) => Of(served, _split.Validation, _split.Train, "validation");

    public override Quality Test(Model served) => Of(served, _split.Test, [.. _split.Train.Concat(_split.Validation).Order()], "test");

    public override ModelManifest Write(string folder, LearningTask task, TrainingSpec training, Lineage lineage, PackageVariant variant, CancellationToken token) =>
        RecommendationPackage.Write(folder, (Recommender)task.Network, _events, _split, (RecommendationTraining)training, ModelMetrics.None, lineage, token, variant);

    public override Candidate Load(string folder)
    {
        var (training, _, network) = RecommendationPackage.Load(folder);
        using (network)
            return Candidate.Of(training, network);
    }

    private ModelProto? SolvedFromTheRest()
    {
        var spec = ((RecommendationTraining)Source.Training).Network;
        if (spec is not (BiasedFactorization or LinearAutoencoder))
            return null;
        using var scope = NewDisposeScope();
        using var network = RecommendationPackage.Load(_folder).Network;
        if (network is ItemWeights weights)
            weights.Solve(_events.Histories(_split.Train), ((LinearAutoencoder)spec).Regularization);
        else
            ((Factorization)network).Solve(_events, _split.Train, ((BiasedFactorization)spec).Regularization ?? Biases.Tune(_events, _split));
        return RecommendationGraph.Of(network, _events);
    }

    private Quality Of(Model served, int[] rows, int[] before, string split) => Rates ? Rated(served, rows, split) : Ranked(served, rows, before, split);

    /// <summary>The score of each rated item, asked of a user who has seen nothing, for whom no item is left out.</summary>
    private Quality Rated(Model served, int[] rows, string split)
    {
        var (predicted, truth) = (new List<double>(), new List<double>());
        foreach (var user in rows.GroupBy(row => _events.User[row]))
        {
            var scores = served.Recommend(_events.Users[user.Key], [], _events.Items.Count).ToDictionary(one => one.Item, one => one.Score, StringComparer.Ordinal);
            foreach (var row in user)
            {
                predicted.Add(scores[_events.Items[_events.Item[row]]]);
                truth.Add(_events.Rating![row]);
            }
        }
        var quality = Compression.Quality.OfNumbers([.. predicted], [.. truth], truth.Average(), split);
        return quality with { Metrics = quality.Metrics with { Baseline = Manifest.Metrics.Baseline } };
    }

    /// <summary>Hit rate among the best ten, and NDCG, over all items that were not seen.</summary>
    private Quality Ranked(Model served, int[] rows, int[] before, string split)
    {
        var seen = _events.Histories(before);
        double hits = 0, gains = 0;
        foreach (var row in rows)
        {
            var user = _events.User[row];
            var best = served.Recommend(_events.Users[user], Names(seen[user]), Best);
            var place = best.Index().Where(one => one.Item.Item == _events.Items[_events.Item[row]]).Select(one => one.Index).DefaultIfEmpty(-1).First();
            if (place >= 0)
                (hits, gains) = (hits + 1, gains + 1 / Math.Log2(place + 2));
        }
        var (low, high) = Compression.Quality.Wilson(hits / rows.Length, rows.Length);
        var values = new Dictionary<string, double> { ["hr10"] = hits / rows.Length, ["ndcg10"] = gains / rows.Length };
        return new(hits / rows.Length, low, high, new ModelMetrics(split, rows.Length, values, Manifest.Metrics.Baseline));
    }

    private string[] Names(int[] items) => [.. items.Select(item => _events.Items[item])];
}
