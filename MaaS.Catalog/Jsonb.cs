// Columns that hold a contract record as jsonb, in the one JSON dialect; enums as the same snake_case text.
using System.Text.Json;
using MaaS.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MaaS.Catalog;

internal static class Jsonb
{
    /// <summary>Stores the property, serialized as its declared type so that discriminators are kept.</summary>
    public static PropertyBuilder<T> IsJsonb<T>(this PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            value => Serialize(value),
            text => JsonSerializer.Deserialize<T>(text, MaaSJson.Options)!,
            new ValueComparer<T>(
                (left, right) => Serialize(left) == Serialize(right),
                value => Serialize(value).GetHashCode(StringComparison.Ordinal),
                value => JsonSerializer.Deserialize<T>(Serialize(value), MaaSJson.Options)!));

    private static string Serialize<T>(T value) => JsonSerializer.Serialize(value, MaaSJson.Options);
}

internal sealed class SnakeCaseEnum<T>() : ValueConverter<T, string>(
    value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()),
    text => Enum.Parse<T>(text.Replace("_", ""), true)) where T : struct, Enum;
