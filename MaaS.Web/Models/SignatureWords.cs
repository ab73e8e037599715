// A change of a signature as a sentence for whoever calls the model. Knows no page.
using MaaS.Contracts.Models;

namespace MaaS.Web.Models;

internal static class SignatureWords
{
    public static string Of(SignatureChange change) => change.Kind switch
    {
        SignatureChangeKind.Task => T["The task is another: {0} before, {1} now.", change.Before, change.After],
        SignatureChangeKind.InputAdded => T["It takes {0} too ({1}). In predict it may be left out unless it is an image; a tensor must be sent.", change.Name, change.After],
        SignatureChangeKind.InputRemoved => T["It no longer takes {0}, and refuses requests that send it.", change.Name],
        SignatureChangeKind.InputKind => T["{0} was {1} and is {2} now.", change.Name, change.Before, change.After],
        SignatureChangeKind.InputTensor => T["The tensor {0} was {1} and is {2} now.", change.Name, change.Before, change.After],
        SignatureChangeKind.CategoryRemoved => T["In {0} it no longer knows {1}; that counts as unknown.", change.Name, change.Before],
        SignatureChangeKind.LabelAdded => T["It may answer {0}, which no caller has seen before.", change.Name],
        SignatureChangeKind.LabelRemoved => T["It never answers {0}; who asks for its probability is refused.", change.Name],
        SignatureChangeKind.LabelOrder => T["The probabilities come in another order; predict names them, a tensor does not."],
        SignatureChangeKind.OutputAdded => T["It gives {0} too.", change.Name],
        SignatureChangeKind.OutputRemoved => T["It no longer gives {0}.", change.Name],
        SignatureChangeKind.OutputTensor => T["The answer {0} was {1} and is {2} now.", change.Name, change.Before, change.After],
        _ => change.Name,
    };
}
