// The one exception for a user's mistake: a broken file, a column that is not there, settings that cannot work.
namespace MaaS.Engine;

/// <summary>
/// Its message is shown to the user as it is: a sentence naming the thing, the value and what is allowed.
/// A job that ends with it is not tried again; every other exception is a bug of ours.
/// </summary>
public sealed class UserError(string message, Exception? cause = null) : Exception(message, cause);
