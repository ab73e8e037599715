// Something the user must put right before MaaS can start.
namespace MaaS.AppHost.Embedded;

/// <summary>Its message is one sentence that is shown as it is, without a stack trace: what is wrong, and what to do.</summary>
internal sealed class Refusal(string sentence) : Exception(sentence);
