// Data to begin with when there is no file at hand: invented by this code, so that a first model is a minute away.
// Real enough to be worth training on: a signal with interactions, noise, imbalance, rare categories, missing values, dates.
using System.Globalization;

namespace MaaS.Contracts.Datasets;

/// <param name="Name">Names the sample to the API; never changed.</param>
/// <param name="Target">The column worth predicting.</param>
public sealed record SampleData(string Name, string Title, string Description, string Target, string Header, Func<Random, string> Row)
{
    public const int DefaultRows = 20_000;

    /// <summary>The task it is meant for, as <see cref="Training.TrainingSpec"/> calls it.</summary>
    public string Task { get; init; } = "tabular";

    public static SampleData Churn { get; } = new(
        "churn", "Customer churn", "Which customers of a subscription leave? About one in seven does. Two classes, mixed columns, missing answers.",
        "churned", "signed_up,plan,monthly_price,country,payment,has_app,support_calls,logins_last_month,satisfaction,churned", Customer);

    public static SampleData Prices { get; } = new(
        "prices", "House prices", "What is a house sold for? A number to predict from size, place, age and condition.",
        "price", "listed_on,district,area_m2,rooms,built,energy_class,garden,km_to_centre,price", House);

    public static SampleData Messages { get; } = new(
        "messages", "Support messages", "Which team should read a letter? Five topics, told by what is complained of, not by what is praised beside it.",
        "topic", "message,topic", SampleMessages.Write)
    { Task = "text", UsualRows = 6_000 };

    public static SampleData Stories { get; } = new(
        "stories", "Little stories", "What comes next? A language model learns to tell small stories of people, animals and lost things.",
        "", "", SampleStories.Tell)
    { Task = "language", Extension = "txt", UsualRows = 1_200 };

    public static SampleData Films { get; } = new(
        "films", "Film ratings", "Who rates which film how? People with alike taste lend each other their films.",
        "rating", "user_id,film,rating,watched_on", SampleRatings.Rate)
    { Task = "recommendation" };

    public static SampleData Shapes { get; } = new(
        "shapes", "Drawn shapes", "Which shape is drawn here? Circles, rings, squares, triangles, crosses and stars, small, noisy and crossed out.",
        "class", "", _ => "")
    { Task = "image", Extension = "zip", UsualRows = 3_000, Pack = SampleShapes.Pack };

    public static IReadOnlyList<SampleData> All { get; } = [Churn, Prices, Shapes, Messages, Stories, Films];

    /// <summary>A table has a header and rows; a text has pieces of text; images come packed.</summary>
    public string Extension { get; private init; } = "csv";

    public int UsualRows { get; private init; } = DefaultRows;

    public string FileName => $"{Title.ToLowerInvariant().Replace(' ', '-')}.{Extension}";

    private Action<Stream, int, Random>? Pack { get; init; }

    /// <summary>The file. The same seed writes the same bytes.</summary>
    public void Write(Stream to, int? rows = null, int seed = 1)
    {
        if (Pack is not null)
        {
            Pack(to, rows ?? UsualRows, new Random(seed));
            return;
        }
        using var text = new StreamWriter(to, leaveOpen: true);
        Write(text, rows, seed);
    }

    /// <summary>A CSV with a header, or a text; nothing of what is packed.</summary>
    public void Write(TextWriter to, int? rows = null, int seed = 1)
    {
        var random = new Random(seed);
        if (Header != "")
            to.Write(Header + "\n");
        for (var row = 0; row < (rows ?? UsualRows); row++)
            to.Write(Row(random) + "\n");
    }

    private static string Customer(Random random)
    {
        var days = random.Next(30, 2200);
        var plan = Pick(random, ("basic", 50), ("standard", 33), ("premium", 15), ("founder", 2));
        var price = plan switch { "basic" => 9.9, "standard" => 19.9, "premium" => 39.9, _ => 4.9 } * (1 + 0.1 * Normal(random));
        var country = Pick(random, ("Germany", 40), ("France", 25), ("Poland", 18), ("Spain", 12), ("Portugal", 4), ("Malta", 1));
        var payment = Pick(random, ("card", 60), ("transfer", 30), ("voucher", 10));
        var app = random.NextDouble() < 0.55;
        var calls = (int)(-1.3 * Math.Log(1 - random.NextDouble()));
        var logins = Math.Max(0, (int)Math.Round((app ? 14 : 7) + 6 * Normal(random)));
        var satisfaction = Math.Clamp((int)Math.Round(3.6 - 0.5 * calls + 1.1 * Normal(random)), 1, 5);
        // Calls hurt most on the expensive plan; long-standing customers stay; a voucher that has run out does not bind.
        var leaning = -1.9 + 0.45 * calls * (plan == "premium" ? 1.8 : 1) - 0.11 * logins - 0.5 * (satisfaction - 3) - 0.0006 * days
            + 0.03 * price + (payment == "voucher" ? 1.2 : 0) + (country == "Spain" ? 0.4 : 0) + (plan == "founder" ? -1.5 : 0);
        var churned = random.NextDouble() < 1 / (1 + Math.Exp(-leaning));
        return string.Join(',',
            Date(new DateOnly(2025, 6, 30).AddDays(-days)), plan, Number(price, 2), Missing(random, 0.01, country), payment, app ? "yes" : "no",
            calls, Missing(random, 0.04, $"{logins}"), Missing(random, 0.3, $"{satisfaction}"), churned ? "yes" : "no");
    }

    private static string House(Random random)
    {
        var listed = new DateOnly(2019, 1, 1).AddDays(random.Next(2300));
        var district = Pick(random, ("Northgate", 26), ("Riverside", 22), ("Old Town", 18), ("Hillcrest", 15), ("Harbour", 12), ("Westfield", 6), ("The Island", 1));
        var area = Math.Round(Math.Clamp(Math.Exp(4.65 + 0.38 * Normal(random)), 25, 450));
        var rooms = Math.Max(1, (int)Math.Round(area / 28 + 0.7 * Normal(random)));
        var built = Math.Min(listed.Year, (int)(1900 + 122 * Math.Sqrt(random.NextDouble())));
        var energy = Math.Clamp((int)Math.Round((2020 - built) / 16.0 + 1.2 * Normal(random)), 0, 6);
        var garden = random.NextDouble() < (district is "Old Town" or "Harbour" ? 0.15 : 0.6);
        var km = Math.Round(Math.Abs((district switch { "Old Town" => 0.8, "Harbour" => 2, "Riverside" => 3, "The Island" => 6, _ => 8 }) * (1 + 0.35 * Normal(random))), 1);
        var perMetre = 2600 * (district switch { "Old Town" => 1.5, "Harbour" => 1.3, "Riverside" => 1.25, "The Island" => 2.4, "Hillcrest" => 1.1, _ => 0.9 });
        // A garden is worth more in the centre, age counts less in the old town, and prices rise until the end of 2022.
        var price = perMetre * Math.Pow(area, 0.93) * Math.Exp(-0.02 * km - 0.035 * energy + (garden ? 0.14 / (1 + 0.1 * km) : 0)
            - (district == "Old Town" ? 0 : 0.0022) * (2020 - built) + 0.0002 * Math.Min(1460, listed.DayNumber - new DateOnly(2019, 1, 1).DayNumber)
            + 0.02 * rooms + 0.09 * Normal(random));
        return string.Join(',',
            Date(listed), district, Number(area, 0), rooms, Missing(random, 0.05, $"{built}"), Missing(random, 0.12, $"{(char)('A' + energy)}"),
            garden ? "yes" : "no", Missing(random, 0.02, Number(km, 1)), Number(Math.Round(price / 500) * 500, 0));
    }

    private static string Pick(Random random, params (string Name, int Percent)[] choices)
    {
        var drawn = random.Next(100);
        return choices.First(choice => (drawn -= choice.Percent) < 0).Name;
    }

    /// <summary>Box and Muller 1958.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static string Missing(Random random, double share, string value) => random.NextDouble() < share ? "" : value;

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(double value, int decimals) => value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
