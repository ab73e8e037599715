// What is wrong with a form, field by field: found here by the record's own annotations, or by the API with the same ones.
// It does not know any form.
using MaaS.Contracts;
using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MaaS.Web.Shared;

/// <summary>Sentences by field path. Paths compare without case and underscores: <c>training.batch_size</c> is <c>Training.BatchSize</c>.</summary>
internal sealed partial class FormErrors
{
    private readonly Dictionary<string, string> _byPath = [];

    public static FormErrors None { get; } = new();

    public bool Any => _byPath.Count > 0;

    public string? First => _byPath.Values.FirstOrDefault();

    public string? At(string? path) => path is null ? null : _byPath.GetValueOrDefault(Normal(path));

    /// <summary>Validates <paramref name="record"/> and every record inside it.</summary>
    public static FormErrors Of(object record)
    {
        var errors = new FormErrors();
        errors.Collect(record, "");
        return errors;
    }

    /// <summary>The sentences of a refusal, each at its field: named apart, or at the sentence's own beginning
    /// (<c>training.target is "x", which ...</c>; <c>rows[0].age: "x" is not ...</c>).</summary>
    public static FormErrors Of(Problem problem)
    {
        var errors = new FormErrors();
        foreach (var (path, sentences) in problem.Errors ?? new Dictionary<string, string[]>())
            errors._byPath.TryAdd(Normal(path), string.Join(' ', sentences.Select(T.Heard)));
        if (!errors.Any && problem.Detail is { } detail && PathOf().Match(detail) is { Success: true } named)
            errors._byPath.TryAdd(Normal(named.Groups["path"].Value), Failure.Words(problem));
        return errors;
    }

    private void Collect(object record, string prefix)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(record, new ValidationContext(record), results, validateAllProperties: true);
        foreach (var result in results)
            foreach (var member in result.MemberNames.DefaultIfEmpty(""))
                _byPath.TryAdd(Normal(prefix + member), T.Heard(Words(result.ErrorMessage ?? T["This value is not allowed."], member)));

        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            var value = property.GetValue(record);
            if (value is not null && IsContract(value)) Collect(value, $"{prefix}{property.Name}.");
            if (value is IList items)
                for (var i = 0; i < items.Count; i++)
                    if (items[i] is { } item && IsContract(item)) Collect(item, $"{prefix}{property.Name}[{i}].");
        }
    }

    private static bool IsContract(object value) => value.GetType() is { IsClass: true } type && type.Assembly == typeof(Problem).Assembly;

    private static string Normal(string path) => path.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    // "The field BatchSize must be ..." reads "Batch size must be ...".
    private static string Words(string sentence, string member)
    {
        if (member.Length == 0) return sentence;
        var words = Humps().Replace(member, " $0").Trim().ToLowerInvariant();
        words = char.ToUpperInvariant(words[0]) + words[1..];
        return FieldOf().Replace(sentence, "").Replace(member, words, StringComparison.Ordinal)
            .Replace(" field is required", " is required", StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Humps();

    [GeneratedRegex(@"^(?<path>[a-z_]+(\[\d+\])?(\.[^\s:]+)+)(:| )")]
    private static partial Regex PathOf();

    [GeneratedRegex("^The (field )?(?=[A-Z])")]
    private static partial Regex FieldOf();
}
