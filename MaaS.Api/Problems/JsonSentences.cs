// System.Text.Json's complaints as sentences that name the field and what is allowed, without our type names.
// Its messages are its only interface for this; BadInputTests pins every form that is read here.
using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MaaS.Contracts;

namespace MaaS.Api.Problems;

internal static partial class JsonSentences
{
    public static string Of(Exception exception)
    {
        var message = exception.Message;
        var json = exception as JsonException;
        var path = Field(json?.Path ?? PathIn().Match(message).Groups["path"].Value);

        if (NotConvertible().Match(message) is { Success: true } wrong)
            return $"{path} must be {Expected(wrong.Groups["type"].Value, path)}.";
        if (NotMapped().Match(message) is { Success: true } unknown)
            return $"{path} is not a field here{KnownFields(unknown.Groups["type"].Value)}.";
        if (NotGiven().Match(message) is { Success: true } missing)
            return $"{(path == "the body" ? "" : $"{path}: ")}{missing.Groups["names"].Value.Replace("'", "")} must be given.";
        if (message.Contains("null values", StringComparison.Ordinal))
            return $"{path} must not be null.";
        if (NoKind().Match(message) is { Success: true } abstracted)
            return $"{path} must say what it is: {Discriminators(abstracted.Groups["type"].Value)}.";
        if (WrongKind().Match(message) is { Success: true } kind)
            return $"{path} is of the unknown kind \"{kind.Groups["kind"].Value}\"; the OpenAPI document lists the kinds.";
        if (Twice().Match(message) is { Success: true } twice)
            return $"{(twice.Groups["name"].Success ? twice.Groups["name"].Value : path)} is given twice; give it once.";
        return json is { LineNumber: { } line, BytePositionInLine: { } column }
            ? string.Create(CultureInfo.InvariantCulture, $"The body is not valid JSON at line {line + 1}, byte {column + 1} ({path}).")
            : "The body is not valid JSON.";
    }

    /// <summary>What a value of this .NET type looks like from outside; the name as the framework prints it.</summary>
    public static string Kind(string type) => Bare(type) switch
    {
        "int" or "long" => "a whole number",
        "double" or "float" => "a number",
        "bool" => "true or false",
        "Guid" => "an id, like 0198f3c2-7d4e-7c1a-9b52-3f6a1c0d8e21",
        "DateTimeOffset" => "a time, like 2026-01-31T12:00:00Z",
        var bare => Kind(Contract(bare) ?? typeof(string)),
    };

    private static string Bare(string type) => type.StartsWith("Nullable<", StringComparison.Ordinal) ? type["Nullable<".Length..^1] : type.TrimEnd('?');

    private static string Kind(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return type switch
        {
            _ when type == typeof(Guid) => Kind("Guid"),
            _ when type == typeof(DateTimeOffset) => Kind("DateTimeOffset"),
            _ when type == typeof(bool) => Kind("bool"),
            _ when type == typeof(int) => $"a whole number up to {int.MaxValue}",
            _ when type == typeof(long) => "a whole number",
            _ when type == typeof(double) || type == typeof(float) => "a number",
            _ when type == typeof(string) => "a text",
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}",
            { IsGenericType: true } when type.Name.Contains("Dictionary", StringComparison.Ordinal) => "an object",
            _ when typeof(IEnumerable).IsAssignableFrom(type) => "a list",
            _ => "an object",
        };
    }

    /// <summary>The complaint names the value's type, or, for a constructor's parameter, the record around it.</summary>
    private static string Expected(string name, string path)
    {
        var type = Contract(name) ?? Type.GetType(name) ?? typeof(object);
        var field = type.GetProperties().FirstOrDefault(property =>
            path[(path.LastIndexOf('.') + 1)..] == JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        return Kind(field?.PropertyType ?? type);
    }

    private static string KnownFields(string type) => Contract(type) is { } known
        ? $"; known are {string.Join(", ", known.GetProperties()
            .Where(property => !property.IsDefined(typeof(JsonIgnoreAttribute), false) && property.Name != "EqualityContract")
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)))}"
        : "";

    private static string Discriminators(string type)
    {
        var known = Contract(type);
        var name = known?.GetCustomAttributes(typeof(JsonPolymorphicAttribute), false).Cast<JsonPolymorphicAttribute>().Single().TypeDiscriminatorPropertyName;
        var kinds = known?.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>().Select(kind => kind.TypeDiscriminator);
        return $"\"{name}\" is one of {string.Join(", ", kinds ?? [])}";
    }

    private static Type? Contract(string name) => name.Contains('.', StringComparison.Ordinal)
        ? typeof(MaaSJson).Assembly.GetType(name)
        : typeof(MaaSJson).Assembly.GetTypes().FirstOrDefault(type => type.IsPublic && type.Name == name);

    private static string Field(string path) => path is "$" or "" ? "the body" : path.TrimStart('$').TrimStart('.');

    [GeneratedRegex(@"could not be converted to (?<type>.+?)\. Path: ", RegexOptions.Singleline)]
    private static partial Regex NotConvertible();

    [GeneratedRegex(@"could not be mapped to any \.NET member contained in type '(?<type>[^']+)'")]
    private static partial Regex NotMapped();

    [GeneratedRegex(@"missing required properties including: (?<names>.+?)\.( Path: |$)", RegexOptions.Singleline)]
    private static partial Regex NotGiven();

    [GeneratedRegex(@"polymorphic interface or abstract type '(?<type>[^']+)'")]
    private static partial Regex NoKind();

    [GeneratedRegex(@"unrecognized type discriminator id '(?<kind>.*?)'\.", RegexOptions.Singleline)]
    private static partial Regex WrongKind();

    [GeneratedRegex(@"^Duplicate propert(y '(?<name>.*?)' encountered|ies not allowed)", RegexOptions.Singleline)]
    private static partial Regex Twice();

    [GeneratedRegex(@"Path: (?<path>\S+) \|")]
    private static partial Regex PathIn();
}
