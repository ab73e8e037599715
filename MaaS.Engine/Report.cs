// What the engine tells the outside while it works. It knows no database and no log: it is given an IProgress<Report>.
namespace MaaS.Engine;

public abstract record Report;

/// <param name="Step">Optimizer steps done when it was measured.</param>
public sealed record Measured(string Key, long Step, double Value) : Report;

/// <summary>A line for the log: what was derived and why, what happened.</summary>
public sealed record Said(string Line) : Report;

/// <param name="Fraction">0 to 1.</param>
/// <param name="Phase">A few words: "epoch 3 of 40".</param>
public sealed record Advanced(double Fraction, string Phase) : Report;
