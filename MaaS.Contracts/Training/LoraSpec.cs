// Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): W stays as it is and alpha / r B A, with B (out, r) and A (r, in), is learned beside it.
using System.ComponentModel.DataAnnotations;

namespace MaaS.Contracts.Training;

/// <param name="Rank">r: the more, the more can change.</param>
/// <param name="Alpha">Times B A over r; twice the usual rank, so that another rank needs no other learning rate.</param>
/// <param name="Dropout">Share of a matrix's inputs that its change does not see in each step.</param>
public sealed record LoraSpec(
    [property: Range(1, 256)] int Rank = 8,
    [property: Range(0.1, 1024)] double Alpha = 16,
    LoraMatrices Matrices = LoraMatrices.All,
    [property: Range(0, 0.9)] double Dropout = 0);

/// <summary>Which matrices of a transformer are changed.</summary>
public enum LoraMatrices { All, Attention, Mlp }
