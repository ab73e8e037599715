// What makes the weights of a pruned and shared matrix cheap to say: whether one is zero depends on how many others of its row and of its
// column were (the border of an image is nearly all zeros), and of those that are not, some values are frequent. The same walk writes and
// reads, so that both always hold the same odds.
namespace MaaS.Engine.Compression.Coding;

/// <summary>One bit to or from a coder.</summary>
internal interface IBitCoder
{
    /// <param name="bit">What to write; not looked at when reading.</param>
    /// <returns>The bit written or read.</returns>
    int Code(ref Odds odds, int bit);
}

internal ref struct WeightModel(int columns, int values)
{
    private const int Levels = 12;

    private readonly Odds[] _isZero = new Odds[Levels * Levels * 2];
    private readonly Odds[] _value = new Odds[1 << Depth(values)];
    private readonly Density[] _column = Fresh(columns);
    private Density _row = new();

    public static int Depth(int values) => values <= 1 ? 0 : System.Numerics.BitOperations.Log2((uint)values - 1) + 1;

    /// <summary>A symbol is 0 for zero, i + 1 for the i-th value.</summary>
    /// <param name="symbols">Row by row; written over when reading.</param>
    public void Walk<T>(ref T coder, Span<ushort> symbols) where T : IBitCoder, allows ref struct
    {
        var depth = Depth(values);
        var before = 0;
        for (var i = 0; i < symbols.Length; i++)
        {
            ref var column = ref _column[i % columns];
            ref var odds = ref _isZero[(column.Level * Levels + _row.Level) * 2 + before];
            var isThere = coder.Code(ref odds, symbols[i] == 0 ? 0 : 1);
            column.Learn(isThere);
            _row.Learn(isThere);
            before = isThere;
            if (isThere == 0)
            {
                symbols[i] = 0;
                continue;
            }
            var (node, value) = (1, symbols[i] - 1);
            for (var level = depth - 1; level >= 0; level--)
                node = node << 1 | coder.Code(ref _value[node], value >> level & 1);
            symbols[i] = (ushort)(node - (1 << depth) + 1);
        }
    }

    private static Density[] Fresh(int count)
    {
        var fresh = new Density[count];
        Array.Fill(fresh, new Density());
        return fresh;
    }

    /// <summary>The share of non-zeros lately, as one of a few levels, each about 0.7 of the one above it.</summary>
    private struct Density()
    {
        private const int Whole = 1 << 16;

        private static readonly int[] s_limits = [.. Enumerable.Range(1, Levels - 1).Select(level => (int)(Whole * Math.Pow(0.7, level)))];

        private int _share = Whole / 8;

        public readonly int Level
        {
            get
            {
                var level = 0;
                while (level < s_limits.Length && _share < s_limits[level])
                    level++;
                return level;
            }
        }

        public void Learn(int isThere) => _share += ((isThere == 0 ? 0 : Whole - 1) - _share) / 24;
    }
}
