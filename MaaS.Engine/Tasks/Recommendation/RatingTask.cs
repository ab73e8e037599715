// Ratings to be predicted: factors are learned from what the biases leave unexplained.
using MaaS.Contracts.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Engine.Tasks.Recommendation;

internal sealed class RatingTask : LearningTask
{
    // Pulls the factors of a pair to zero, each time it is met, in standard deviations of what the biases leave: a product of factors
    // is a rating, so their squares weigh as one. Most users of most sites have rated a handful of items.
    private const double FactorPull = 0.3;

    private readonly Events _events;
    private readonly EventSplit _split;
    private readonly double _regularization;
    private readonly (float Low, float High) _range;
    private readonly Factorization _network;
    private readonly Device _device;
    private readonly Tensor _users_N;
    private readonly Tensor _items_N;
    private readonly Tensor _rest_N;
    private readonly double _pull;

    public RatingTask(Factorization network, Events events, EventSplit split, double regularization, Device device)
    {
        (_events, _split, _regularization, _device) = (events, split, regularization, device);
        _range = (events.Rating!.Min(), events.Rating!.Max());
        var biases = Biases.Solve(events, split.Train, regularization);
        network.Take(biases);
        _network = network.to(device);
        _users_N = Numbers(split.Train, events.User).DetachFromDisposeScope();
        _items_N = Numbers(split.Train, events.Item).DetachFromDisposeScope();
        using var rest_N = tensor(Array.ConvertAll(split.Train, row => events.Rating![row] - biases.Of(events, row)));
        _rest_N = rest_N.to(device, copy: true).DetachFromDisposeScope();
        _pull = FactorPull * rest_N.std().item<float>();
    }

    public override nn.Module Network => _network;

    public override int TrainRows => _split.Train.Length;

    public override Tensor Loss(Tensor rows_B)
    {
        var (products_B, squares_B) = _network.Products(_users_N.index_select(0, rows_B), _items_N.index_select(0, rows_B));
        return (products_B - _rest_N.index_select(0, rows_B)).square().mean() + _pull * squares_B.mean();
    }

    public override IReadOnlyDictionary<string, double> Validate() => Figures(_split.Validation, Predicted(_split.Validation));

    /// <summary>Solves the biases once more, now with the ratings that chose, for what the factors leave.</summary>
    /// <returns>False when the factors did not help on the validation ratings, and are dropped.</returns>
    public bool Finish()
    {
        var withFactors = Validate()["loss"];
        var factorsHelp = withFactors < Alone();
        if (!factorsHelp)
            _network.Forget();
        _network.Solve(_events, [.. _split.Train, .. _split.Validation], _regularization);
        return factorsHelp;
    }

    /// <summary>The validation loss of the biases without factors.</summary>
    private double Alone()
    {
        var biases = Biases.Solve(_events, _split.Train, _regularization);
        return Figures(_split.Validation, Array.ConvertAll(_split.Validation, row => Math.Clamp(biases.Of(_events, row), _range.Low, _range.High)))["loss"];
    }

    /// <summary>The figures on the test ratings; beside them those of biases alone, with the regularization that validation chose.</summary>
    public ModelMetrics Test(double tuned)
    {
        var biases = Biases.Solve(_events, [.. _split.Train, .. _split.Validation], tuned);
        var plain = Array.ConvertAll(_split.Test, row => Math.Clamp(biases.Of(_events, row), _range.Low, _range.High));
        return new ModelMetrics("test", _split.Test.Length, Shown(Figures(_split.Test, Predicted(_split.Test))), Shown(Figures(_split.Test, plain)));

        static Dictionary<string, double> Shown(Dictionary<string, double> figures) => figures.Where(figure => figure.Key != "loss").ToDictionary();
    }

    public override void Dispose()
    {
        _network.Dispose();
        _users_N.Dispose();
        _items_N.Dispose();
        _rest_N.Dispose();
    }

    private float[] Predicted(int[] rows)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return _network.Limited(_network.Pairs(Numbers(rows, _events.User), Numbers(rows, _events.Item))).cpu().data<float>().ToArray();
    }

    private Dictionary<string, double> Figures(int[] rows, float[] predicted)
    {
        var errors = rows.Zip(predicted, (row, value) => (double)value - _events.Rating![row]).ToArray();
        var square = errors.Average(error => error * error);
        return new() { ["loss"] = square, ["rmse"] = Math.Sqrt(square), ["mae"] = errors.Average(Math.Abs) };
    }

    private Tensor Numbers(int[] rows, int[] of) => tensor(Array.ConvertAll(rows, row => (long)of[row]), device: _device);
}
