// Little stories for a language model to learn from: a grammar of our own, so nothing is copied. Worth learning: who a story is about
// stays who it is about, what is lost is what is found, and what somebody says fits what happened. With noise: no two are alike.
using System.Text;

namespace MaaS.Contracts.Datasets;

internal static class SampleStories
{
    private static readonly (string Name, string Pronoun, string Possessive)[] s_people =
    [
        ("Anna", "she", "her"), ("Ben", "he", "his"), ("Clara", "she", "her"), ("David", "he", "his"), ("Emma", "she", "her"),
        ("Felix", "he", "his"), ("Greta", "she", "her"), ("Hugo", "he", "his"), ("Ida", "she", "her"), ("Jonas", "he", "his"),
    ];

    private static readonly string[] s_animals = ["fox", "hare", "owl", "goat", "hedgehog", "heron", "badger", "mole", "cat", "donkey"];
    private static readonly string[] s_moods = ["old", "small", "clever", "sleepy", "proud", "shy", "hungry", "friendly", "grumpy"];
    private static readonly string[] s_things = ["key", "lantern", "red scarf", "silver bell", "map", "wooden boat", "kite", "drum", "blue cup", "warm coat"];
    private static readonly string[] s_places = ["by the river", "under the bridge", "behind the mill", "in the tall grass", "on the hill", "near the harbour", "in the orchard", "beside the well"];
    private static readonly string[] s_weather = ["It was raining", "The sun was shining", "Snow lay on the roofs", "A cold wind blew", "Fog hung over the fields", "The moon was bright"];
    private static readonly string[] s_times = ["One morning", "One evening", "On the last day of spring", "Early in the winter", "Long ago", "Last summer", "One quiet afternoon"];
    private static readonly string[] s_foods = ["bread and honey", "plum cake", "hot soup", "roasted chestnuts", "a pear", "cheese and apples"];

    /// <summary>One story of some ten sentences, with an empty line behind it.</summary>
    public static string Tell(Random random)
    {
        var (name, pronoun, possessive) = Pick(random, s_people);
        var (mood, animal) = (Pick(random, s_moods), Pick(random, s_animals));
        var (thing, place, food) = (Pick(random, s_things), Pick(random, s_places), Pick(random, s_foods));
        var They = Upper(pronoun);
        var story = new StringBuilder();
        story.Append($"{Pick(random, s_times)} {name} {Pick(random, "went out", "set off", "walked out")} with {possessive} {thing}. ");
        story.Append($"{Pick(random, s_weather)}, and {name} {Pick(random, "hummed a song", "walked slowly", "thought of home", $"thought of {food}")}. ");
        if (random.NextDouble() < 0.6)
        {
            story.Append($"{Upper(place)} {pronoun} met {Article(mood)} {mood} {animal}. ");
            Lose(story, random, name, They, pronoun, possessive, thing, animal);
        }
        else
        {
            story.Append($"{They} sat down {place} and shared {food} with {Article(mood)} {mood} {animal}. ");
            Count(story, random, name, animal, thing);
        }
        story.Append(Pick(random,
            $"Then {name} went home with {possessive} {thing}, and the {animal} went to sleep.",
            $"From that day on {name} and the {animal} were friends.",
            $"When {pronoun} came home, nobody believed {possessive} story of the {animal}.",
            $"The {animal} waved until {name} could no longer be seen."));
        return story.Append('\n').ToString();
    }

    private static void Lose(StringBuilder story, Random random, string name, string They, string pronoun, string possessive, string thing, string animal)
    {
        story.Append($"\"Good day,\" said the {animal}. \"{Pick(random, "What do you carry?", $"Is that your {thing}?", "Where are you going?")}\" ");
        story.Append($"But when {name} looked down, the {thing} was gone. ");
        story.Append($"\"{Pick(random, "Oh no", "Dear me", "How strange")},\" said {name}, \"I have lost my {thing}.\" ");
        var where = Pick(random, s_places);
        var looked = Pick(random, s_places.Where(other => other != where).ToArray());
        story.Append($"They looked {looked}, but it was not there. They looked {where}, and there it was. ");
        story.Append($"{They} thanked the {animal} and gave it {Pick(random, s_foods)}. ");
        if (random.NextDouble() < 0.3)
            story.Append($"\"Take better care of your {thing},\" said the {animal}, and {pronoun} promised to hold {possessive} {thing} tight. ");
    }

    private static void Count(StringBuilder story, Random random, string name, string animal, string thing)
    {
        var (first, second) = (random.Next(2, 10), random.Next(1, 10));
        story.Append($"\"If I have {first} stones and find {second} more,\" asked the {animal}, \"how many have I then?\" ");
        story.Append(random.NextDouble() < 0.9
            ? $"\"{first + second},\" said {name}, and the {animal} was pleased. "
            : $"\"I cannot count so far,\" said {name}, and the {animal} laughed. ");
        if (random.NextDouble() < 0.5)
            story.Append($"\"What a fine {thing} you have,\" said the {animal}. \"It was my grandmother's,\" said {name}. ");
    }

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Article(string next) => "aeiou".Contains(next[0], StringComparison.Ordinal) ? "an" : "a";
}
