// Tokens: learned by us, written as tokenizer.json, read back, and the same as another library makes of the same file.
using System.Text.Json;
using MaaS.Engine.Tasks.Language;
using MaaS.Inference.Text;
using Microsoft.ML.Tokenizers;
using Xunit;
using Tokenizer = MaaS.Inference.Text.Tokenizer;

namespace MaaS.Engine.Tests.Tasks;

public sealed class TokenizerTests : IDisposable
{
    private const string Text = "the fox and the ox, the box: they've 42 foxes' socks\n  and the   naïve 🦊's hat\n";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():n}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_words_stay_apart()
    {
        var merges = BytePairs.Learn(["aaab aaab aaab ab"], 300, TestContext.Current.CancellationToken);
        // " a" comes 3 times, "aa" twice in each of three words, "ab" 4 times: the blank belongs to its word.
        Assert.Equal(('a', 'a'), ((char)merges[0].Left, (char)merges[0].Right));
        Assert.DoesNotContain(merges, merge => merge.Right == ' ');
        Assert.True(merges.Count < 10);
    }

    [Fact]
    public void Counts_kept_up_to_date_give_what_counting_anew_each_time_gives()
    {
        var text = string.Concat(Enumerable.Repeat(Text, 5)) + "banana bandana abracadabra aaaa aaaaaaa";
        Assert.Equal(Slowly(text, 60), BytePairs.Learn([text], 256 + 60, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_tokenizer_is_the_same_after_it_was_written_and_read(bool pairs)
    {
        var tokenizer = pairs ? Learned() : new Tokenizer([.. Text.EnumerateRunes().Distinct().Select(rune => rune.ToString())], [], false, false, true);
        TokenizerFile.Write(tokenizer, _path);
        var read = TokenizerFile.Read(_path);
        Assert.Equal(tokenizer.Encode(Text), read.Encode(Text));
        Assert.Equal(Text, read.Decode(tokenizer.Encode(Text)));
        Assert.Equal((tokenizer.Size, tokenizer.End), (read.Size, read.End));
    }

    [Fact]
    public void Another_library_makes_the_same_tokens_of_the_same_file()
    {
        var tokenizer = Learned();
        TokenizerFile.Write(tokenizer, _path);
        using var file = JsonDocument.Parse(File.ReadAllBytes(_path));
        var model = file.RootElement.GetProperty("model");
        var other = BpeTokenizer.Create(new BpeOptions(model.GetProperty("vocab").EnumerateObject().Select(token => KeyValuePair.Create(token.Name, token.Value.GetInt32())))
        {
            Merges = model.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0].GetString()} {merge[1].GetString()}"),
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(Tokenizer.Words(), null),
        });
        foreach (var text in new[] { Text, "they said nothing at all 1234 ...\t\n\n  x", "Ünïcode, 東京 and 🎉🎉" })
            Assert.Equal(other.EncodeToIds(text), tokenizer.Encode(text));
    }

    [Fact]
    public void A_long_piece_without_a_blank_costs_no_square()
    {
        var tokenizer = Learned();
        var text = new string('x', 100_000);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Half_a_character_is_shown_as_one_that_is_missing() => Assert.Equal("�", Learned().Decode(Learned().Encode("é").Take(1)));

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"model\": {\"type\": \"WordPiece\"}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 5}, \"merges\": []}, \"added_tokens\": []}")]
    public void A_file_of_another_kind_is_refused(string json)
    {
        File.WriteAllText(_path, json);
        Assert.StartsWith("tokenizer.json ", Assert.Throws<MaaS.Inference.ModelLoadException>(() => TokenizerFile.Read(_path)).Message, StringComparison.Ordinal);
    }

    private static Tokenizer Learned()
    {
        var vocabulary = Enumerable.Range(0, 256).Select(value => ByteLetters.Of([(byte)value])).ToList();
        var merges = new List<(string, string)>();
        foreach (var (left, right) in BytePairs.Learn([string.Concat(Enumerable.Repeat(Text, 3))], 300, TestContext.Current.CancellationToken))
        {
            merges.Add((vocabulary[left], vocabulary[right]));
            vocabulary.Add(vocabulary[left] + vocabulary[right]);
        }
        return new Tokenizer(vocabulary, merges, true, true, false);
    }

    private static List<(int, int)> Slowly(string text, int merges)
    {
        var words = Tokenizer.Words().Matches(text).Select(word => System.Text.Encoding.UTF8.GetBytes(word.Value).Select(value => (int)value).ToList()).ToList();
        var made = new List<(int, int)>();
        while (made.Count < merges)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First).ThenBy(group => group.Key.Second).First();
            if (best.Count() < 2)
                break;
            foreach (var word in words)
                for (var at = 0; at + 1 < word.Count; at++)
                    if ((word[at], word[at + 1]) == best.Key)
                    {
                        word[at] = 256 + made.Count;
                        word.RemoveAt(at + 1);
                    }
            made.Add(best.Key);
        }
        return made;
    }
}
