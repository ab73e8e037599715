// A file that is in the store, and the rows that make it a dataset version with a job to read it: all of them or none.
// None too when the team's quota has filled up meanwhile; the file is then swept as one that nothing points to.
using MaaS.Api.Problems;
using MaaS.Api.Teams;
using MaaS.Catalog;
using MaaS.Catalog.Datasets;
using MaaS.Catalog.Jobs;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MaaS.Api.Datasets;

internal sealed record Upload(string FileName, string Sha256, long Bytes)
{
    /// <summary>Read soon: somebody is watching, and a profile takes seconds where training takes minutes.</summary>
    private const int ProfilePriority = 5;

    /// <summary>Makes the dataset and its first version.</summary>
    public async Task<(DatasetView? View, TooLargeProblem? Problem)> Create(CatalogContext context, Caller caller, string name, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var dataset = context.Datasets.Add(new() { TeamId = caller.TeamId, Name = name }).Entity;
        await context.SaveChangesAsync(token);
        await Add(context, caller, dataset, new(), "uploaded", token);
        if (await StorageQuota.Exceeded(context, caller, token) is { } problem)
            return (null, problem);
        await transaction.CommitAsync(token);
        return (await DatasetEndpoints.Find(context, caller, dataset.Id, token), null);
    }

    /// <summary>Makes the next version of a dataset.</summary>
    public async Task<(DatasetVersionView? View, TooLargeProblem? Problem)> AddTo(
        CatalogContext context, Caller caller, Dataset dataset, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var version = await Add(context, caller, dataset, new(), "uploaded", token);
        if (await StorageQuota.Exceeded(context, caller, token) is { } problem)
            return (null, problem);
        await transaction.CommitAsync(token);
        return (DatasetViews.Version.Compile()(version), null);
    }

    /// <summary>Makes the next version of a dataset from the file of an earlier one, which takes no more room than before.</summary>
    public async Task<DatasetVersionView> Reread(
        CatalogContext context, Caller caller, Dataset dataset, ReadingOptions reading, CancellationToken token)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(token);
        var version = await Add(context, caller, dataset, reading, "reread", token);
        await transaction.CommitAsync(token);
        return DatasetViews.Version.Compile()(version);
    }

    private async Task<DatasetVersion> Add(
        CatalogContext context, Caller caller, Dataset dataset, ReadingOptions reading, string action, CancellationToken token)
    {
        // The row's lock gives parallel uploads their numbers one after the other.
        await context.Database.ExecuteSqlAsync($"select 1 from datasets where id = {dataset.Id} for update", token);
        var newest = await context.DatasetVersions.Where(row => row.DatasetId == dataset.Id).MaxAsync(row => (int?)row.Number, token) ?? 0;
        var id = Guid.CreateVersion7();
        var job = new Job { TeamId = caller.TeamId, Kind = JobKind.Profile, Spec = new ProfileJob(id, reading), Priority = ProfilePriority, CreatedBy = caller.Name };
        var version = new DatasetVersion
        {
            Id = id,
            TeamId = caller.TeamId,
            DatasetId = dataset.Id,
            Dataset = dataset,
            Number = newest + 1,
            FileName = FileName,
            Bytes = Bytes,
            Sha256 = Sha256,
            Reading = reading,
            ProfileJobId = job.Id,
        };
        context.Attach(dataset);
        context.DatasetVersions.Add(version);
        context.Audit(caller, action, "dataset", dataset.Name, $"version {version.Number}, {FileName}");
        await JobQueue.Enqueue(context, job, token);
        return version;
    }
}
