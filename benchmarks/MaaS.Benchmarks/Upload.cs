// A 2 GB file, in through the API and in through the portal: how fast, and how much memory each service ever held.
// Then the same connections cut in the middle: what is left behind must be nothing.
using System.Diagnostics;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Datasets;

namespace MaaS.Benchmarks;

internal static class Upload
{
    private const long Size = 2_000_000_000;
    private const long Cut = 300_000_000;

    public static async Task<int> Run()
    {
        var results = new Results("upload");
        var client = await Platform.SignIn();
        using var portal = new PortalSession();
        await portal.SignIn();

        await Timed("api", rows => client.UploadDataset("big, by API", "rows.csv", rows), client, results);
        await Timed("portal", rows => portal.Upload("big, by portal", rows), client, results);
        results.Add("upload.api_peak_mb", PeakMegabytes("MAAS_API"), "MB resident", "< 500");
        results.Add("upload.web_peak_mb", PeakMegabytes("MAAS_WEB"), "MB resident", "< 500");

        var before = await Kept(client);
        await CutOff(rows => client.UploadDataset("cut, by API", "rows.csv", rows));
        await CutOff(rows => portal.Upload("cut, by portal", rows));
        var left = (Datasets: -1, Files: -1, Bytes: -1L);
        for (var tries = 0; tries < 100 && left != (0, 0, 0L); tries++) // the services see the cut a moment later
        {
            await Task.Delay(100);
            var (datasets, files, bytes) = await Kept(client);
            left = (datasets - before.Datasets, files - before.Files, bytes - before.Bytes);
        }
        results.Add("upload.left_by_cut_datasets", left.Datasets, "datasets", "0");
        results.Add("upload.left_by_cut_files", left.Files, "files", "0");
        results.Add("upload.left_by_cut_bytes", left.Bytes, "bytes", "0");
        results.Save();
        return 0;
    }

    private static async Task Timed(string way, Func<CsvRows, Task<DatasetView>> upload, MaaSClient client, Results results)
    {
        var rows = new CsvRows(Size);
        var watch = Stopwatch.StartNew();
        var dataset = await upload(rows);
        results.Add($"upload.{way}_mb_per_s", Size / 1e6 / watch.Elapsed.TotalSeconds, "MB/s", "none");
        watch.Restart();
        var version = await Platform.Profiled(client, dataset.Latest!);
        results.Add($"upload.{way}_profile_s", watch.Elapsed.TotalSeconds, "s", "none");
        if (version.RowCount != rows.Rows)
            throw new InvalidOperationException($"The profile counts {version.RowCount} rows; {rows.Rows} were sent.");
    }

    private static async Task CutOff(Func<CsvRows, Task> upload)
    {
        try { await upload(new CsvRows(Size, breaksAfter: Cut)); }
        catch (Exception cut) when (cut is IOException or HttpRequestException) { return; }
        throw new InvalidOperationException("The upload was to be cut off, and yet it ended well.");
    }

    private static async Task<(int Datasets, int Files, long Bytes)> Kept(MaaSClient client)
    {
        var files = new DirectoryInfo(Path.Combine(Platform.Setting("MAAS_DATA"), "artifacts")).GetFiles("*", SearchOption.AllDirectories);
        return ((await client.Datasets()).Items.Count, files.Length, files.Sum(file => file.Length));
    }

    /// <summary>The most physical memory the service at an address ever held, by the kernel's own count (VmHWM, in kB).</summary>
    private static double PeakMegabytes(string address)
    {
        var listening = Encoding.UTF8.GetBytes($"ASPNETCORE_URLS={Platform.Setting(address)}");
        var process = Directory.EnumerateDirectories("/proc").First(folder =>
            int.TryParse(Path.GetFileName(folder), out _) && Environ(folder).AsSpan().IndexOf(listening) >= 0);
        var peak = File.ReadLines(Path.Combine(process, "status")).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private static byte[] Environ(string process)
    {
        try { return File.ReadAllBytes(Path.Combine(process, "environ")); }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException) { return []; }
    }
}
