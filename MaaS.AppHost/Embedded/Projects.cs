// The three services as AppHost.cs names them. Aspire's SDK generates these classes; the embedded mode spells them out.
// A service is known by its folder and by the program built for it; the AppHost compiles against none of them.
using System.Text.Json;

namespace Aspire.Hosting
{
    internal interface IProjectMetadata
    {
        /// <summary>The project file, as a full path.</summary>
        string ProjectPath { get; }
    }
}

namespace Projects
{
    internal sealed class MaaS_Api : IProjectMetadata
    {
        public string ProjectPath => MaaS.AppHost.Embedded.Project.Beside("MaaS.Api");
    }

    internal sealed class MaaS_Worker : IProjectMetadata
    {
        public string ProjectPath => MaaS.AppHost.Embedded.Project.Beside("MaaS.Worker");
    }

    internal sealed class MaaS_Web : IProjectMetadata
    {
        public string ProjectPath => MaaS.AppHost.Embedded.Project.Beside("MaaS.Web");
    }
}

namespace MaaS.AppHost.Embedded
{
    /// <summary>A service's folder, its built program, and what its launch profile says: the port and the environment.</summary>
    internal sealed class Project
    {
        public Project(string path)
        {
            Folder = Path.GetDirectoryName(path)!;
            var name = Path.GetFileNameWithoutExtension(path);
            // artifacts/bin/MaaS.AppHost/release/ -> artifacts/bin/MaaS.Api/release/MaaS.Api.dll: every project in the same configuration.
            var here = new DirectoryInfo(AppContext.BaseDirectory);
            Program = Path.Combine(here.Parent!.Parent!.FullName, name, here.Name, $"{name}.dll");
            if (!File.Exists(Program))
                throw new Refusal($"{Program} is not there; build the solution first (./maas up does).");

            using var settings = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "Properties", "launchSettings.json")));
            var profile = settings.RootElement.GetProperty("profiles").EnumerateObject().First().Value;
            Port = new Uri(profile.GetProperty("applicationUrl").GetString()!).Port;
            Variables = profile.GetProperty("environmentVariables").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString());
        }

        /// <summary>Where the service runs, so that it finds its <c>appsettings.json</c> and <c>wwwroot</c>.</summary>
        public string Folder { get; }

        public string Program { get; }

        public int Port { get; }

        public IReadOnlyDictionary<string, string?> Variables { get; }

        /// <summary>The project file of a service, found from where this program was built, so that a moved checkout still works.</summary>
        public static string Beside(string name)
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MaaS.sln")))
                folder = folder.Parent;
            return folder is null
                ? throw new Refusal($"No folder above {AppContext.BaseDirectory} holds MaaS.sln; start MaaS in its checkout with ./maas up.")
                : Path.Combine(folder.FullName, name, $"{name}.csproj");
        }
    }
}
