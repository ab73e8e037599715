// Training on texts: which column is read, which holds the class, and what kind of network reads it.
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MaaS.Contracts.Training;

/// <param name="Text">The column to read; a missing text is an empty one.</param>
/// <param name="Target">The column of classes to tell apart.</param>
/// <param name="LabelSmoothing">Share of the truth spread over all classes: Szegedy et al. 2016, arXiv:1512.00567.</param>
public sealed record TextTraining(
    [property: Required, StringLength(200, MinimumLength = 1)] string Text,
    [property: Required, StringLength(200, MinimumLength = 1)] string Target,
    TextNetwork? Network = null,
    SplitSpec? Split = null,
    [property: Range(0, 0.5)] double LabelSmoothing = 0) : TrainingSpec
{
    [JsonIgnore]
    public override Guid? TestDatasetVersionId => Split?.TestDatasetVersionId;
}

/// <param name="VocabularySize">At most this many have vectors, the most frequent first.</param>
/// <param name="MaxCharacters">What comes after so many characters of a text is not read.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(BagNetwork), "bag")]
[JsonDerivedType(typeof(TransformerTextNetwork), "transformer")]
public abstract record TextNetwork(
    [property: Range(100, 500_000)] int VocabularySize = 50_000,
    [property: Range(16, 10_000)] int MaxCharacters = 1_000,
    [property: Range(0, 0.9)] double Dropout = 0.2);

/// <summary>Vectors of the words and word sequences of a text, added up: Joulin et al. 2017, arXiv:1607.01759.</summary>
/// <param name="WordNGrams">Longest sequence of words that has a vector; 1 is single words only.</param>
/// <param name="CharacterNGrams">Longest sequence of characters that has a vector, from 3 on; 0 is none.</param>
/// <param name="Dimension">Numbers in a vector.</param>
public sealed record BagNetwork(
    [property: Range(1, 3)] int WordNGrams = 2,
    [property: Range(0, 6)] int CharacterNGrams = 4,
    [property: Range(2, 256)] int Dimension = 16) : TextNetwork;

/// <summary>A small transformer over the words of a text in their order, each of which sees all others: Vaswani et al. 2017, arXiv:1706.03762.</summary>
/// <param name="Width">Numbers that stand for a word; a multiple of the heads.</param>
/// <param name="MaxWords">What comes after so many words of a text is not read.</param>
/// <param name="HeadWidth">Numbers of a head; null is the width divided by the heads.</param>
/// <param name="Inner">Numbers inside a block's second layer; null is four times the width.</param>
public sealed record TransformerTextNetwork(
    [property: Range(1, 12)] int Layers = 2,
    [property: Range(1, 16)] int Heads = 4,
    [property: Range(8, 1024)] int Width = 64,
    [property: Range(4, 512)] int MaxWords = 256,
    GptPositions Positions = GptPositions.Learned,
    [property: Range(1, 4096)] int? HeadWidth = null,
    [property: Range(1, 65_536)] int? Inner = null) : TextNetwork;
