// A model package that must not take traffic.
namespace MaaS.Inference;

/// <summary>The package cannot be read, is not what its manifest says, or does not answer as it did at export. The message says which.</summary>
public sealed class ModelLoadException(string message, Exception? cause = null) : Exception(message, cause);
