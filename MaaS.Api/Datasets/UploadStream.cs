// Streams a file into the store while watching the team's quota. Knows bytes, not what they mean.
using System.Globalization;
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Artifacts;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal sealed class UploadStream(IDbContextFactory<CatalogContext> contexts, ArtifactStore store, StorageUse storage)
{
    /// <param name="announced">The request's Content-Length, to refuse early what cannot fit.</param>
    public async Task<(Upload? Upload, ProblemResult? Problem)> Store(UploadedFile file, long? announced, Caller caller, CancellationToken token)
    {
        var (quota, left) = await Room(caller, token);
        // A form's boundaries and headers are counted in its length, but they are small.
        if (announced - 10_000 > left)
            return (null, Full(quota, left));
        try
        {
            var (sha256, bytes) = await store.Write(file.Content, left, token);
            return bytes == 0
                ? (null, new InvalidProblem("file_empty", $"{file.Name} is empty; a dataset needs at least a header and one row."))
                : (new Upload(file.Name, sha256, bytes), null);
        }
        catch (ArtifactTooLargeException)
        {
            return (null, Full(quota, left));
        }
        catch (Exception broken) when (broken is InvalidDataException || broken is IOException and not BadHttpRequestException && !token.IsCancellationRequested)
        {
            // The form ended in the middle of its file; nothing was kept.
            return (null, new InvalidProblem("upload_cut", $"{file.Name} ended before the form did; nothing was kept, send it again."));
        }
    }

    private async Task<(long Quota, long Left)> Room(Caller caller, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var quota = await context.Teams.Where(row => row.Id == caller.TeamId).Select(row => row.StorageQuotaBytes).SingleAsync(token);
        return (quota, Math.Max(0, quota - await storage.Of(caller.TeamId, token)));
    }

    private static TooLargeProblem Full(long quota, long left) => new("storage_quota_exceeded", string.Create(
        CultureInfo.InvariantCulture, $"The team's storage quota is {quota:N0} bytes and {left:N0} are left; delete what is not needed, or ask for more."));
}
