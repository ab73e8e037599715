// Streams a file into the store while watching the team's quota. Knows bytes, not what they mean.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog.Artifacts;

namespace MaaS.Api.Datasets;

internal sealed class UploadStream(ArtifactStore store, StorageQuota storage)
{
    // What .NET gives an error without a number; errors of our own disk, a full one for example, carry the system's.
    private const int NotTheDisk = unchecked((int)0x80131620);

    /// <param name="announced">The request's Content-Length, to refuse early what cannot fit.</param>
    public async Task<(Upload? Upload, ProblemResult? Problem)> Store(UploadedFile file, long? announced, Caller caller, CancellationToken token)
    {
        var room = await storage.Of(caller, token);
        // A form's boundaries and headers are counted in its length, but they are small.
        if (announced - 10_000 > room.Left)
            return (null, room.Full());
        try
        {
            var (sha256, bytes) = await store.Write(file.Content, room.Left, token);
            return bytes == 0
                ? (null, new InvalidProblem("file_empty", $"{file.Name} is empty."))
                : (new Upload(file.Name, sha256, bytes), null);
        }
        catch (ArtifactTooLargeException)
        {
            return (null, room.Full());
        }
        catch (Exception broken) when (broken is InvalidDataException
            || broken is IOException { HResult: NotTheDisk } and not BadHttpRequestException && !token.IsCancellationRequested)
        {
            // The form ended in the middle of its file; nothing was kept.
            return (null, new InvalidProblem("upload_cut", $"{file.Name} ended before the form did; nothing was kept, send it again."));
        }
    }
}
