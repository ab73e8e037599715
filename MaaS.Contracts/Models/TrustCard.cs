// How far a classifier's answers can be trusted: whether its probabilities mean what they say, how large a set of classes is needed to hold the
// truth, for whom it is right less often, and how small a change of the input deceives it. All of test rows, with what was fitted on others.
namespace MaaS.Contracts.Models;

/// <param name="Slices">The least accurate first.</param>
/// <param name="Robustness">Null where inputs cannot be changed by small amounts: texts, categories alone.</param>
public sealed record TrustCard(
    CalibrationFigures Calibration,
    ConformalFigures Conformal,
    IReadOnlyList<SliceFigures> Slices,
    RobustnessFigures? Robustness = null);

/// <param name="Error">
/// Expected calibration error: over 15 bins of equal width of the highest probability, the mean distance between that probability and the
/// accuracy, weighted by rows (Naeini et al. 2015). 0 is perfect.
/// </param>
/// <param name="Temperature">What logits are divided by so that the log loss of the validation rows is least (Guo et al. 2017, arXiv:1706.04599); above 1 the model is too sure of itself.</param>
/// <param name="ErrorAfter">The error with that temperature, which changes no answer's label.</param>
/// <param name="Bins">Those that are not empty, of the probabilities as they are.</param>
public sealed record CalibrationFigures(double Error, double Temperature, double ErrorAfter, IReadOnlyList<ReliabilityBin> Bins);

/// <param name="Confidence">Mean of the highest probability.</param>
public sealed record ReliabilityBin(long Rows, double Confidence, double Accuracy);

/// <summary>Split conformal prediction: all classes of at least so much probability (Sadinle et al. 2019, arXiv:1609.00451).</summary>
/// <param name="Asked">Share of the rows whose set is to hold the truth.</param>
/// <param name="Threshold">The probability, from the validation rows.</param>
/// <param name="Coverage">The share of the test rows whose set does.</param>
/// <param name="MeanSetSize">Classes in a set.</param>
public sealed record ConformalFigures(double Asked, double Threshold, double Coverage, double MeanSetSize);

/// <param name="Column">The column whose value the rows have in common; the target for those of one class.</param>
/// <param name="Low">95 % confidence interval of the accuracy.</param>
public sealed record SliceFigures(string Column, string Value, long Rows, double Accuracy, double Low, double High);

/// <param name="Unit">Of the sizes: <c>of 255</c> for pixels, <c>standard deviations</c> for numbers.</param>
/// <param name="Rows">That were attacked.</param>
public sealed record RobustnessFigures(string Unit, long Rows, IReadOnlyList<RobustnessPoint> Points);

/// <param name="Size">The most by which each input is changed; 0 is the accuracy without an attack.</param>
/// <param name="Fgsm">Accuracy after one step along the sign of the gradient (Goodfellow et al. 2015, arXiv:1412.6572).</param>
/// <param name="Pgd">Accuracy after several small ones (Madry et al. 2018, arXiv:1706.06083).</param>
public sealed record RobustnessPoint(double Size, double Fgsm, double Pgd);
