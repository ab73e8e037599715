// Finds the file in a request, and its name: the raw body, or the first file section of a multipart form.
// Sections are read as they arrive; the framework's form reader would put two gigabytes on disk first. The first bytes are looked at, to
// refuse a pickle before the rest has come.
using System.Buffers;
using System.IO.Pipelines;
using MaaS.Api.Problems;
using MaaS.Contracts.Models;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MaaS.Api.Datasets;

/// <param name="Problem">Why there is no file to read; then nothing else is set.</param>
internal sealed record UploadedFile(string Name, Stream Content, InvalidProblem? Problem = null) : IAsyncDisposable
{
    private const int LongestName = 255;
    private const int LongestBoundary = 200;

    public static async Task<UploadedFile> Open(HttpRequest request, string? fileName, CancellationToken token)
    {
        var file = await Find(request, fileName, token);
        if (file.Problem is not null)
            return file;
        // Buffers as large as the store's; what was looked at is read again by whoever reads the file.
        var pipe = PipeReader.Create(file.Content, new StreamPipeReaderOptions(bufferSize: 1 << 17));
        try
        {
            var first = await pipe.ReadAtLeastAsync(PickleFile.BytesLookedAt, token);
            var refusal = PickleFile.Refusal(file.Name, first.Buffer.Slice(0, Math.Min(first.Buffer.Length, PickleFile.BytesLookedAt)).ToArray());
            pipe.AdvanceTo(first.Buffer.Start);
            if (refusal is null)
                return file with { Content = pipe.AsStream() };
            await pipe.CompleteAsync();
            return Refused("pickle_refused", refusal);
        }
        catch (Exception broken) when (broken is InvalidDataException || broken is IOException and not BadHttpRequestException)
        {
            return Refused("upload_cut", $"{file.Name} ended before the form did; nothing was kept, send it again.");
        }
    }

    private static async Task<UploadedFile> Find(HttpRequest request, string? fileName, CancellationToken token)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return Named(fileName, request.Body);
        if (HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is not { Length: > 0 and <= LongestBoundary } boundary)
            return Refused("multipart_broken", "The multipart form's boundary is missing or too long.");
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(token) is { } section)
                if (section.GetContentDispositionHeader() is { } disposition && disposition.IsFileDisposition())
                    return Named(fileName ?? (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value, section.Body);
        }
        catch (Exception broken) when (broken is InvalidDataException || broken is IOException and not BadHttpRequestException)
        {
            return Refused("multipart_broken", "The multipart form could not be read to its end.");
        }
        return Refused("file_missing", "The multipart form holds no file; send one as \"file\".");
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    /// <summary>A name is only ever shown and offered for saving, so a folder in front of it has no meaning and is refused.</summary>
    private static UploadedFile Named(string? name, Stream content) => name switch
    {
        null or "" => Refused("file_name_missing", "file_name is missing; give the file's name, like customers.csv."),
        { Length: > LongestName } => Refused("file_name_not_allowed", $"file_name has {name.Length} characters; at most {LongestName} are allowed."),
        "." or ".." => Refused("file_name_not_allowed", $"file_name is \"{name}\"; it must be a file's name, like customers.csv."),
        _ when name.AsSpan().ContainsAny('/', '\\') => Refused("file_name_not_allowed", $"file_name is \"{name}\"; it must be a plain name without folders."),
        _ when name.Any(char.IsControl) => Refused("file_name_not_allowed", "file_name holds a control character; leave it out."),
        _ => new(name, content),
    };

    private static UploadedFile Refused(string code, string sentence) => new("", Stream.Null, new InvalidProblem(code, sentence));
}
