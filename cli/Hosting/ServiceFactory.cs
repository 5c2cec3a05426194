using System.Globalization;
using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Hosting;

/// <summary>Describes the three processes of the local host: how each is started, and with which settings.</summary>
/// <param name="layout">Where their programs and their state lie.</param>
/// <param name="ports">Where they listen.</param>
/// <param name="batch">The Batch account they share.</param>
internal sealed class ServiceFactory(RepositoryLayout layout, HostPorts ports, BatchAccount batch)
{
    /// <summary>Blobs, queues and tables.</summary>
    public ChildProcessOptions Azurite()
    {
        var data = Directory.CreateDirectory(Path.Combine(layout.State, "azurite")).FullName;
        return new ChildProcessOptions
        {
            Name = "Azurite",
            FileName = "node",
            Arguments =
            [
                "--require", layout.ParentWatchScript, layout.AzuriteScript,
                "--location", data, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
                "--blobHost", "127.0.0.1", "--blobPort", Text(ports.Blob),
                "--queueHost", "127.0.0.1", "--queuePort", Text(ports.Queue),
                "--tableHost", "127.0.0.1", "--tablePort", Text(ports.Table),
            ],
            Environment = With(),
            WorkingDirectory = data,
            LogPath = Log("azurite"),
        };
    }

    /// <summary>The Azure Batch REST API, with tasks as local processes.</summary>
    public ChildProcessOptions BatchEmulator()
    {
        var data = Directory.CreateDirectory(Path.Combine(layout.State, "batch")).FullName;
        return new ChildProcessOptions
        {
            Name = "Batch emulator",
            FileName = DotNet(),
            Arguments = [layout.BatchEmulatorAssembly],
            Environment = With(
                ("ASPNETCORE_URLS", BatchUrl),
                ("BatchEmulator__AccountName", batch.Name),
                ("BatchEmulator__AccountKey", batch.Key),
                ("BatchEmulator__DataPath", data)),
            WorkingDirectory = data,
            LogPath = Log("batch-emulator"),
        };
    }

    /// <summary>The Functions app with its triggers, orchestrations and inference.</summary>
    public ChildProcessOptions Functions()
    {
        var storage = StorageAccount.ConnectionString(ports);
        return new ChildProcessOptions
        {
            Name = "Functions host",
            FileName = DotNet(),
            Arguments = [layout.FunctionsAssembly, "--port", Text(ports.Functions)],
            Environment = With(
                ("AzureWebJobsStorage", storage),
                ("DataStorage", storage),
                ("DurableTask__SqlitePath", Path.Combine(layout.State, "durabletask.db")),
                ("Functions__Port", Text(ports.Functions)),
                ("Batch__AccountUrl", BatchUrl),
                ("Batch__AccountName", batch.Name),
                ("Batch__AccountKey", batch.Key),
                ("Batch__PoolId", "spot"),
                ("Batch__DedicatedPoolId", "dedicated")),
            WorkingDirectory = Path.GetDirectoryName(layout.FunctionsAssembly)!,
            LogPath = Log("functions"),
        };
    }

    /// <summary>Where the Batch emulator answers.</summary>
    public string BatchUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Batch}");

    private static string DotNet() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string?> With(params ReadOnlySpan<(string Name, string? Value)> settings)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DURABLEML_PARENT_WATCH"] = "1" };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return environment;
    }

    private string Log(string name) => Path.Combine(layout.State, "logs", name + ".log");
}
