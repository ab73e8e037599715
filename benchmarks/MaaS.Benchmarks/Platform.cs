// The way in: an API that answers, a signed-in client, and the waiting that every walk through the platform needs.
using MaaS.Contracts;
using MaaS.Contracts.Datasets;
using MaaS.Contracts.Events;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Teams;

namespace MaaS.Benchmarks;

internal static class Platform
{
    public static async Task<MaaSClient> SignIn()
    {
        var http = new HttpClient { BaseAddress = new Uri(Setting("MAAS_API")), Timeout = TimeSpan.FromMinutes(10) };
        var client = new MaaSClient(http);
        var session = await client.SignIn(new SignIn(Setting("MAAS_ADMIN_EMAIL"), Setting("MAAS_ADMIN_PASSWORD")));
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.Token);
        return client;
    }

    /// <summary>Uploads a table and waits until its profile job has made it ready.</summary>
    /// <param name="reading">Null when what is detected is right; otherwise the file is read again as said.</param>
    public static async Task<DatasetVersionView> Upload(MaaSClient client, string name, string path, ReadingOptions? reading = null)
    {
        await using var file = File.OpenRead(path);
        var dataset = await client.UploadDataset(name, Path.GetFileName(path), file);
        var version = await Profiled(client, dataset.Latest!);
        return reading is null ? version : await Profiled(client, await client.RereadDatasetVersion(dataset.Id, version.Number, reading));
    }

    public static async Task<DatasetVersionView> Profiled(MaaSClient client, DatasetVersionView version)
    {
        await Finished(client, version.ProfileJobId!.Value);
        return await client.DatasetVersion(version.DatasetId, version.Number);
    }

    /// <summary>Follows a job to its end.</summary>
    /// <exception cref="InvalidOperationException">It did not succeed; the message is its error.</exception>
    public static async Task<JobView> Finished(MaaSClient client, Guid id, Action<LiveEvent>? seen = null)
    {
        await foreach (var (_, happened) in client.FollowJob(id))
            seen?.Invoke(happened);
        var job = await client.Job(id);
        return job.State == JobState.Succeeded ? job : throw new InvalidOperationException($"The {job.Kind} job ended {job.State}: {job.Error}");
    }

    public static string Setting(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set. Run this through ./maas demo or ./maas bench, which start a platform and set it.");
}
