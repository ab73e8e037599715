// Ratings of films for a recommender to learn from: invented. Worth learning: every person likes one or two kinds of film, some films are
// better than others, some people are strict, and a few films are seen by nearly everybody.
using System.Globalization;

namespace MaaS.Contracts.Datasets;

internal static class SampleRatings
{
    private const int People = 900;
    private const int Kinds = 6;

    private static readonly string[] s_first = ["Silent", "Golden", "Last", "Broken", "Hidden", "Long", "Crimson", "Distant", "Frozen", "Second", "Paper", "Wild"];
    private static readonly string[] s_second = ["Harbour", "Winter", "Orchard", "Signal", "Bridge", "Garden", "Express", "Mirror", "Island", "Summer", "Letter", "Voyage", "Empire", "Witness", "Comet"];

    public static int Films => s_first.Length * s_second.Length;

    public static string Rate(Random random)
    {
        // A few people watch a lot.
        var person = (int)(People * Math.Pow(random.NextDouble(), 1.7));
        var (liked, alsoLiked) = (Mixed(person, 1) % Kinds, Mixed(person, 2) % Kinds);
        var kind = random.NextDouble() switch { < 0.55 => liked, < 0.8 => alsoLiked, _ => (uint)random.Next(Kinds) };
        // Of each kind the first films are the famous ones.
        var film = (int)(Math.Pow(random.NextDouble(), 2) * (Films / Kinds)) * Kinds + (int)kind;
        var quality = (Mixed(film, 3) % 1000 / 1000.0 - 0.5) * 2;
        var strictness = (Mixed(person, 4) % 1000 / 1000.0 - 0.5) * 1.4;
        var taste = kind == liked ? 0.8 : kind == alsoLiked ? 0.4 : -0.6;
        var noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
        var rating = Math.Clamp((int)Math.Round(3.1 + quality + taste - strictness + 1.1 * noise), 1, 5);
        var day = new DateOnly(2024, 1, 1).AddDays(random.Next(540));
        return $"{1000 + person},The {s_first[film / s_second.Length]} {s_second[film % s_second.Length]},{rating},{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
    }

    /// <summary>A person's or a film's own number, the same each time: Knuth's multiplicative hash.</summary>
    private static uint Mixed(int of, uint salt) => ((uint)of * 2654435761u ^ salt * 2246822519u) * 3266489917u >> 8;
}
