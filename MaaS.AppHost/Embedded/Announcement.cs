// What the user is told when everything is up: where the portal is, and how the first administrator signs in.
namespace MaaS.AppHost.Embedded;

internal static class Announcement
{
    /// <summary>Says it to the user, and writes the addresses for scripts.</summary>
    public static void Ready(DataFolder data, IReadOnlyList<IResource> resources, TimeSpan took)
    {
        var endpoints = resources.OfType<ProjectResource>().Where(p => p.Endpoints.Exists(e => e.IsExternal)).ToList();
        var addresses = endpoints.Select(project => $"MAAS_{project.Name.ToUpperInvariant()}={project.Endpoint("http").Url}");
        data.Remember(Path.GetFileName(data.Addresses), string.Join('\n', addresses));

        Console.WriteLine($"""

            MaaS is ready, in {took.TotalSeconds:0.0} s. Ctrl-C stops everything.
              portal   {Portal(resources)}
            {string.Join('\n', endpoints.Where(p => p.Name != "web").Select(p => $"  {p.Name,-8} http://localhost:{p.Endpoint("http").Port}"))}
              data     {data.Root}
            """);
        if (Environment.GetEnvironmentVariable("MAAS_ADMIN_EMAIL") is { Length: > 0 } email)
            Console.WriteLine($"  sign in  as {email}, with the password given in MAAS_ADMIN_PASSWORD");
        Console.WriteLine();
    }

    /// <summary>
    /// Waits until it is told to stop; meanwhile shows the one-time link once the API has left a token for the first
    /// administrator in the file it was given.
    /// </summary>
    /// <exception cref="OperationCanceledException">Always: it is how the wait ends.</exception>
    public static void TellSetupLink(DataFolder data, IReadOnlyList<IResource> resources, CancellationToken stop)
    {
        for (var told = ""; ; Task.Delay(500, stop).Wait(stop))
        {
            var token = File.Exists(data.PathOf("setup-link")) ? File.ReadAllText(data.PathOf("setup-link")).Trim() : "";
            if (token != told && token != "")
                Console.WriteLine($"  sign in  for the first time, and become the administrator: {Portal(resources)}/setup?token={token}");
            told = token;
        }
    }

    private static string Portal(IReadOnlyList<IResource> resources) =>
        $"http://localhost:{resources.OfType<ProjectResource>().First(project => project.Name == "web").Endpoint("http").Port}";
}
