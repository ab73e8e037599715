// A dataset version as the engine meets it: a file, and what its profile found.
using System.Diagnostics;
using MaaS.Contracts.Datasets;

namespace MaaS.Engine.Data;

/// <param name="Path">Where it lies; its name there says nothing.</param>
/// <param name="Name">As it was uploaded, for sentences.</param>
public sealed record DataFile(string Path, string Name, DatasetProfile Profile)
{
    /// <summary>The file as a table; see <see cref="TableReader.Read"/>.</summary>
    internal Table Read(
        IReadOnlyCollection<string>? columns, IReadOnlyDictionary<string, ColumnType>? types, IProgress<Report> progress, CancellationToken token)
    {
        var watch = Stopwatch.StartNew();
        var table = TableReader.Read(Path, Profile, columns, types, token);
        progress.Report(new Said($"read {table.RowCount:N0} rows of {Name} in {watch.Elapsed.TotalSeconds:f1} s"));
        return table;
    }
}
