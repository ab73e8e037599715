// A version in a format that is made when it is asked for: once, by a job; afterwards it is a file of the version like the others.
using MaaS.Contracts.Jobs;

namespace MaaS.Contracts.Models;

public enum ExportFormat
{
    /// <summary>Weights as datasets, what they were trained with and what the encoder learned as attributes: https://www.hdfgroup.org/solutions/hdf5.</summary>
    Hdf5,
}

public sealed record ExportVersion(ExportFormat Format);

/// <param name="Path">The file's name among the version's files, once the job has succeeded.</param>
/// <param name="Bytes">Null until then.</param>
/// <param name="Job">That makes it, or made it.</param>
public sealed record ModelExportView(ExportFormat Format, string Path, long? Bytes, JobView Job);
