// What models, deployments and teams may be called: a name is part of an address, so it must survive in one.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts;

/// <summary>A name used in addresses: 1 to 63 of <c>a-z 0-9 - _ .</c>, beginning with a letter or a digit.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class SlugAttribute() : RegularExpressionAttribute(Allowed)
{
    public const string Allowed = "^[a-z0-9][a-z0-9._-]{0,62}$";

    public override string FormatErrorMessage(string name) =>
        $"{name} must be 1 to 63 characters of a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit.";
}
