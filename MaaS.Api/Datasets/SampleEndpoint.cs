// Makes a dataset of generated sample data, as if it had been uploaded, so that a first model needs no file.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Contracts.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal static class SampleEndpoint
{
    public static async Task<Results<Ok<DatasetView>, NotFoundProblem, TooLargeProblem>> Create(
        string sample, Caller caller, CatalogContext context, UploadStream uploads, CancellationToken token)
    {
        if (SampleData.All.SingleOrDefault(known => known.Name == sample) is not { } data)
            return new NotFoundProblem("sample", $"\"{sample}\" (there are: {string.Join(", ", SampleData.All.Select(known => known.Name))})");
        await using var file = new UploadedFile(data.FileName, Content(data));
        return await uploads.Store(file, file.Content.Length, caller, token) switch
        {
            (null, TooLargeProblem tooLarge) => tooLarge,
            var (upload, _) => await upload!.Create(context, caller, await FreeName(context, caller, data.Title, token), token) switch
            {
                (null, { } full) => full,
                var (view, _) => TypedResults.Ok(view!),
            },
        };
    }

    // Some 2 MB.
    private static MemoryStream Content(SampleData data)
    {
        var content = new MemoryStream();
        data.Write(content);
        content.Position = 0;
        return content;
    }

    private static async Task<string> FreeName(CatalogContext context, Caller caller, string title, CancellationToken token)
    {
        var taken = await context.Datasets.Where(row => row.TeamId == caller.TeamId && row.Name.StartsWith(title)).Select(row => row.Name).ToListAsync(token);
        return Enumerable.Range(1, taken.Count + 1).Select(n => n == 1 ? title : $"{title} {n}").First(name => !taken.Contains(name));
    }
}
