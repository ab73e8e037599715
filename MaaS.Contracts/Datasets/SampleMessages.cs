// Letters to the help desk of a shop, to be sorted by topic: invented. Worth learning: what somebody complains of decides, not what they
// praise or had thought first; so words help, and their order helps more. With typing errors, and a few in the wrong tray.
using System.Globalization;
using System.Text;

namespace MaaS.Contracts.Datasets;

internal static class SampleMessages
{
    private static readonly (string Name, int Percent, string[] Complaints, string[] Praises)[] s_topics =
    [
        ("billing", 30,
            ["I was charged twice for {thing}", "my invoice for {thing} says {money} instead of {money}", "the voucher was not taken off my bill", "you took {money} from my card {when}",
             "I need the invoice for {thing} again", "the refund of {money} never came", "I paid {money} {when} and still get reminders"],
            ["the invoice was right", "paying was easy", "the price of {thing} is fair"]),
        ("delivery", 26,
            ["{thing} has not arrived", "the parcel was left in the rain {when}", "the tracking has not changed since {when}", "the courier says nobody was at home, but I was", "only half of my order came",
             "order {number} went to my old street", "I have waited for {thing} since {when}"],
            ["{thing} came on time", "the courier was friendly", "the parcel was well packed"]),
        ("account", 18,
            ["I cannot log in", "the mail to reset my password never comes", "please change my address to {number} Mill Lane", "how do I close my account", "somebody else ordered with my account",
             "I get your newsletter though I said no {when}"],
            ["logging in works again", "my new password works", "the account page looks good"]),
        ("technical", 18,
            ["{thing} does not turn on", "{thing} stops after {few} minutes", "the app closes when I open my basket", "every page shows error {number}", "{thing} makes a strange noise since {when}",
             "{thing} does not find the network"],
            ["{thing} works well", "the app is fast now", "setting up {thing} was simple"]),
        ("returns", 8,
            ["I want to send {thing} back", "{thing} is too small, can I exchange it", "the label for sending back {thing} does not print", "how many days do I have to return {thing}"],
            ["returning {thing} was easy", "the exchange went well"]),
    ];

    private static readonly string[] s_things = ["the kettle", "my headphones", "the blue jacket", "a pair of boots", "the desk lamp", "the coffee grinder", "my new phone", "the rucksack", "the radio", "a winter coat"];
    private static readonly string[] s_times = ["yesterday", "last week", "on Monday", "two days ago", "in March", "this morning", "a month ago"];
    private static readonly string[] s_openings = ["Hello,", "Hi there,", "Good morning,", "Dear team,", "URGENT:", "Third time I write:", "", "", ""];
    private static readonly string[] s_closings = ["Thanks!", "Please help.", "Kind regards, Ida", "What now?", "😡", "🙏 thank you", "", "", ""];

    /// <summary>A message in quotes and its topic.</summary>
    public static string Write(Random random)
    {
        var topic = Draw(random);
        var other = Draw(random);
        var complaint = Pick(random, topic.Complaints);
        var message = random.Next(8) switch
        {
            0 => $"{Pick(random, other.Praises)}, but {complaint}",
            1 => $"{complaint}, although {Pick(random, other.Praises)}",
            2 => $"first I thought {Pick(random, other.Complaints)}, but no: {complaint}",
            3 => $"{complaint}, it is not that {Pick(random, other.Complaints)}",
            _ => complaint,
        };
        var text = $"{Pick(random, s_openings)} {Filled(random, message)}{Pick(random, ".", "!", "?", "...", "")} {Pick(random, s_closings)}".Trim();
        text = random.Next(30) == 0 ? text.ToUpperInvariant() : random.Next(5) == 0 ? Mistyped(random, text) : text;
        var tray = random.Next(50) == 0 ? other : topic;
        return $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{tray.Name}";
    }

    private static string Filled(Random random, string message)
    {
        var filled = new StringBuilder();
        foreach (var part in message.Split('{', '}'))
            filled.Append(part switch
            {
                "thing" => Pick(random, s_things),
                "when" => Pick(random, s_times),
                "money" => (random.Next(500, 30_000) / 100.0).ToString("F2", CultureInfo.InvariantCulture) + Pick(random, " €", " euros"),
                "number" => random.Next(100, 99_999).ToString(CultureInfo.InvariantCulture),
                "few" => random.Next(2, 30).ToString(CultureInfo.InvariantCulture),
                _ => part,
            });
        return filled.ToString();
    }

    /// <summary>Two neighbouring letters changed places.</summary>
    private static string Mistyped(Random random, string text)
    {
        var letters = text.ToCharArray();
        var at = random.Next(letters.Length - 1);
        if (char.IsAsciiLetter(letters[at]) && char.IsAsciiLetter(letters[at + 1]))
            (letters[at], letters[at + 1]) = (letters[at + 1], letters[at]);
        return new string(letters);
    }

    private static (string Name, int Percent, string[] Complaints, string[] Praises) Draw(Random random)
    {
        var drawn = random.Next(100);
        return s_topics.First(topic => (drawn -= topic.Percent) < 0);
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
