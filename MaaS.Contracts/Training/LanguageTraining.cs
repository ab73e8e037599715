// Training a language model on a text: how it is cut into tokens, what kind of transformer, and for how many steps.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Training;

/// <param name="Tokenizer">How the text becomes tokens.</param>
/// <param name="Steps">Optimizer steps in all; Epochs of the base are how often the validation split is looked at, after equally many steps each.</param>
/// <param name="Validation">Share of the text, behind the part that is learned from, that chooses the best parameters.</param>
/// <param name="Test">Share of the text, its end, read once for the final figures; with 0 the figures are validation's, and say so.</param>
/// <param name="Lora">When it goes on from a version: learn a low-rank change of its matrices instead of all its parameters.</param>
public sealed record LanguageTraining(
    TokenizerSpec? Tokenizer = null,
    GptNetwork? Network = null,
    [property: Range(1, 10_000_000)] int Steps = 2000,
    [property: Range(0.01, 0.5)] double Validation = 0.1,
    [property: Range(0, 0.5)] double Test = 0.05,
    LoraSpec? Lora = null) : TrainingSpec(Epochs: 10);

public enum TokenizerKind { Characters, Bytes, BytePairs }

/// <param name="Vocabulary">Tokens of byte pairs, the 256 bytes included; the other kinds have as many as they find.</param>
public sealed record TokenizerSpec(
    TokenizerKind Kind = TokenizerKind.Characters,
    [property: Range(257, 65_536)] int Vocabulary = 1024);

/// <summary>A decoder of transformer blocks with a tied head: Radford et al. 2019.</summary>
/// <param name="Context">Tokens it sees at once.</param>
/// <param name="KeyValueHeads">Grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245); null has as many as heads.</param>
/// <param name="HeadWidth">Numbers of a head; null is the width divided by the heads.</param>
/// <param name="Inner">Numbers inside a block's second layer; null is four times the width, two thirds of that for SwiGLU.</param>
public sealed record GptNetwork(
    [property: Range(1, 48)] int Layers = 4,
    [property: Range(1, 64)] int Heads = 4,
    [property: Range(8, 4096)] int Width = 128,
    [property: Range(8, 8192)] int Context = 64,
    [property: Range(1, 64)] int? KeyValueHeads = null,
    GptActivation Activation = GptActivation.Gelu,
    GptPositions Positions = GptPositions.Learned,
    [property: Range(0, 0.9)] double Dropout = 0,
    [property: Range(1, 4096)] int? HeadWidth = null,
    [property: Range(1, 65_536)] int? Inner = null);

public enum GptActivation { Gelu, SwiGlu }

public enum GptPositions { Learned, Rotary }
