using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;

namespace DurableMl.Cli.Diagnosis;

/// <summary>Looks at what <c>up</c> and training need on this machine, and at the host that is up here.</summary>
/// <param name="layout">The checkout and its state folder.</param>
/// <param name="time">The clock.</param>
internal sealed class MachineChecks(RepositoryLayout layout, TimeProvider time)
{
    private const long LeastBytes = 1L << 30;
    private const long FewBytes = 5L << 30;

    // PyTorch alone may take half of that to be imported from a cold disk.
    private static readonly TimeSpan ProgramLimit = TimeSpan.FromMinutes(1);

    /// <summary>Looks at everything.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken) =>
    [
        await SdkAsync(cancellationToken),
        await NodeAsync(cancellationToken),
        await PythonAsync(cancellationToken),
        NpmPackages(),
        Disk(),
        .. await HostAsync(cancellationToken),
    ];

    private async Task<Check> SdkAsync(CancellationToken cancellationToken)
    {
        const string Name = ".NET SDK";
        const string Fix = "Install the .NET SDK 10 or newer (dotnet-sdk-10.0).";
        string? listed = await WhatSaysAsync(cancellationToken, "dotnet", "--list-sdks");
        string[] versions = [.. (listed ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];
        return listed is null ? Check.Failed(Name, "dotnet is not on the PATH, or it failed", Fix)
            : versions.Any(version => Major(version) >= 10) ? Check.Ok(Name, versions.MaxBy(Major)!)
            : Check.Failed(Name, $"only {string.Join(", ", versions)} is installed", Fix);
    }

    private async Task<Check> NodeAsync(CancellationToken cancellationToken)
    {
        const string Name = "Node.js";
        const string Fix = "Install Node.js 20 or newer (nodejs).";
        return (await WhatSaysAsync(cancellationToken, "node", "--version"))?.Trim().TrimStart('v') is not { } version ? Check.Failed(Name, "node is not on the PATH, or it failed", Fix)
            : Major(version) >= 20 ? Check.Ok(Name, version)
            : Check.Failed(Name, $"it is {version}", Fix);
    }

    private async Task<Check> PythonAsync(CancellationToken cancellationToken)
    {
        const string Name = "Python with PyTorch";
        if (layout.Python is not { } python)
        {
            return Check.Failed(Name, "none was set up yet", "Run ./durableml setup.");
        }

        string? versions = await WhatSaysAsync(cancellationToken, python, "-c", "import platform, torch, numpy; print(platform.python_version(), torch.__version__, numpy.__version__)");
        return versions?.Split(' ', StringSplitOptions.TrimEntries) is [var own, var torch, var numpy]
            ? Check.Ok(Name, $"{own}, torch {torch}, numpy {numpy} ({python})")
            : Check.Failed(Name, $"{python} does not import torch and numpy", "Run ./durableml setup, or let DURABLEML_PYTHON name an interpreter that has both.");
    }

    private Check NpmPackages()
    {
        const string Name = "npm packages";
        const string Fix = "Run ./durableml setup.";
        if (!File.Exists(layout.AzuriteScript) || !Directory.Exists(layout.MnistFolder))
        {
            return Check.Failed(Name, "Azurite or the examples' data is not installed", Fix);
        }

        string npm = Path.Combine(layout.Root, "eng", "npm");
        string wanted = Convert.ToHexStringLower(SHA256.HashData(
            [.. File.ReadAllBytes(Path.Combine(npm, "package.json")), .. File.ReadAllBytes(Path.Combine(npm, "package-lock.json"))]));
        string installed = Path.Combine(layout.Root, ".durableml", "npm", ".installed");
        return File.Exists(installed) && File.ReadAllText(installed).Trim() == wanted
            ? Check.Ok(Name, "as eng/npm/package-lock.json has them")
            : Check.Warning(Name, "they are not those of eng/npm/package-lock.json", Fix);
    }

    private Check Disk()
    {
        const string Name = "disk";
        string folder = layout.State;
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        string detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GiB are free for {layout.State}");
        const string Fix = "Make room, delete runs and datasets that nothing needs (./durableml delete), or let --state name a folder elsewhere.";
        return free < LeastBytes ? Check.Failed(Name, detail, Fix) : free < FewBytes ? Check.Warning(Name, detail, Fix) : Check.Ok(Name, detail);
    }

    private async Task<IReadOnlyList<Check>> HostAsync(CancellationToken cancellationToken)
    {
        HostState? state;
        try
        {
            state = new HostStateFile(layout.State).Read();
        }
        catch (CliException exception)
        {
            return [Check.Failed("local host", exception.Message, "If no durableml process runs, delete that file.")];
        }

        if (state is not { Up.IsAlive: true })
        {
            return [.. Stopped(state)];
        }

        string logs = Path.Combine(layout.State, "logs");
        return
        [
            state.Ready ? Check.Ok("local host", $"up, process {state.Up.Pid}") : Check.Warning("local host", "it is starting", $"Wait, or look at {logs}."),
            .. state.Services.Select(service => service.Value.IsAlive
                ? Check.Ok(service.Key, $"process {service.Value.Pid}")
                : Check.Failed(service.Key, $"process {service.Value.Pid} has ended", $"It is started again by itself; if it ends again, {logs} says why.")),
            await StorageAsync(state.Ports, cancellationToken),
        ];
    }

    private static IEnumerable<Check> Stopped(HostState? last)
    {
        string[] left = [.. (last?.Services ?? new Dictionary<string, Processes.ProcessIdentity>()).Where(service => service.Value.IsAlive).Select(service => $"{service.Key} ({service.Value.Pid})")];
        yield return left.Length > 0
            ? Check.Warning("local host", $"it was killed, and has left {string.Join(", ", left)}", "The next ./durableml up ends them.")
            : Check.Ok("local host", "none is up");
        if (left.Length > 0)
        {
            yield break;
        }

        HostPorts ports = last?.Ports ?? PortChooser.Customary;
        (string Name, int Port, string Option)[] all =
        [
            ("Functions", ports.Functions, "--port"), ("blobs", ports.Blob, "--azurite-blob-port"), ("queues", ports.Queue, "--azurite-queue-port"),
            ("tables", ports.Table, "--azurite-table-port"), ("Batch", ports.Batch, "--batch-port"),
        ];
        foreach ((string name, int port, string option) in all)
        {
            if (!PortChooser.IsFree(port))
            {
                // URLs with the ports of last time are stored with runs that may be resumed.
                yield return last is not null
                    ? Check.Failed("ports", $"another program listens on port {port}, where {name} were last time", $"Stop it. Or give another port ({option}); then runs under way cannot go on.")
                    : Check.Warning("ports", $"another program listens on port {port}, which is customary for {name}", $"None: up takes a free port. Or choose one with {option}.");
            }
        }
    }

    private async Task<Check> StorageAsync(HostPorts ports, CancellationToken cancellationToken)
    {
        const string Name = "storage";
        var once = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(10) } };
        try
        {
            await new BlobServiceClient(StorageAccount.Load(layout.State).ConnectionString(ports), once).GetPropertiesAsync(cancellationToken);
            return Check.Ok(Name, StorageAccount.BlobEndpoint(ports));
        }
        catch (RequestFailedException exception) when (exception.Status == 403)
        {
            return Check.Failed(Name, "it does not take the key in the state folder", "Stop up and start it again; both must have the same --state.");
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or CliException)
        {
            return Check.Failed(Name, $"it does not answer ({exception.Message.Split('\n')[0]})", $"Look at {Path.Combine(layout.State, "logs")}, or start up again.");
        }
    }

    // Null where it is missing, fails, or takes too long.
    private async Task<string?> WhatSaysAsync(CancellationToken cancellationToken, string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(ProgramLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            ProgramResult result = await new ProgramRun(program, arguments).CaptureAsync(both.Token);
            return result.ExitCode == 0 ? result.Output.Trim() : null;
        }
        catch (CliException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static int Major(string version) => int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) ? major : 0;
}
