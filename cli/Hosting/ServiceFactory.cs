using System.Globalization;
using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Hosting;

/// <summary>Describes the processes of the local host: how each is started, and with which settings.</summary>
/// <param name="layout">Where their programs and their state lie.</param>
/// <param name="ports">Where they listen.</param>
/// <param name="account">The storage account they share.</param>
/// <param name="batch">The Batch account they share.</param>
/// <param name="dashboard">Where telemetry goes; null for nowhere.</param>
internal sealed class ServiceFactory(RepositoryLayout layout, HostPorts ports, StorageAccount account, BatchAccount batch, Dashboard? dashboard = null)
{
    private const int SpotNodes = 2;
    private const string SpotPool = "spot";
    private const string DedicatedPool = "dedicated";

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
            Environment = With(("AZURITE_ACCOUNTS", account.Accounts)),
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
                ("BatchEmulator__Url", BatchUrl),
                ("BatchEmulator__AccountName", batch.Name),
                ("BatchEmulator__AccountKey", batch.Key),
                ("BatchEmulator__DataDirectory", data),
                ("BatchEmulator__SeedPools__0__Id", SpotPool),
                ("BatchEmulator__SeedPools__0__TargetLowPriorityNodes", Text(SpotNodes)),
                ("BatchEmulator__SeedPools__1__Id", DedicatedPool),
                ("BatchEmulator__SeedPools__1__TargetDedicatedNodes", "1"),
                ("BatchEmulator__ContainerImages__0__Image", "durableml/*"),
                // Without it, a job's python3 is the one on the path.
                ("BatchEmulator__ContainerImages__0__Executables__python3", layout.Python ?? "python3")),
            WorkingDirectory = data,
            LogPath = Log("batch-emulator"),
        };
    }

    /// <summary>The Functions host, which runs the app with its triggers, orchestrations and inference.</summary>
    public ChildProcessOptions Functions()
    {
        var storage = account.ConnectionString(ports);
        return new ChildProcessOptions
        {
            Name = "Functions host",
            FileName = DotNet(),
            Arguments = [layout.FunctionsHostAssembly, "--app", layout.FunctionsApp, "--port", Text(ports.Functions), "--state", HostKey.HostFolder(layout.State)],
            Environment = With(
            [
                ("AzureWebJobsStorage", storage),
                ("DataStorage", storage),
                ("Batch__AccountUrl", BatchUrl),
                ("Batch__AccountName", batch.Name),
                ("Batch__AccountKey", batch.Key),
                ("Workflows__ResourceManager", BatchUrl),
                ("Workflows__ResourceManagerKey", batch.Key),
                ("Batch__PoolId", SpotPool),
                ("Batch__DedicatedPoolId", DedicatedPool),
                // The nodes share this machine's cores, so a trial must not take all of them.
                ("Batch__Threads", Text(Math.Max(1, Environment.ProcessorCount / SpotNodes))),
                ("Inference__CacheFolder", Path.Combine(layout.State, "model-cache")),
                .. dashboard?.Exporter ?? [],
            ]),
            WorkingDirectory = layout.FunctionsApp,
            LogPath = Log("functions"),
        };
    }

    /// <summary>The dashboard.</summary>
    public ChildProcessOptions Dashboard(Dashboard shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var data = Directory.CreateDirectory(Path.Combine(layout.State, "dashboard")).FullName;
        return new ChildProcessOptions
        {
            Name = "Dashboard",
            FileName = "/bin/sh",
            // The program does not notice by itself that this process has died.
            Arguments = [Path.Combine(layout.Root, "eng", "dashboard", "run.sh"), shown.Program],
            Environment = With([.. shown.Settings(data)]),
            WorkingDirectory = Path.GetDirectoryName(shown.Program)!,
            LogPath = Log("dashboard"),
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
