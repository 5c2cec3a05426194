using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Containers;

/// <summary>Runs commands in real containers, by the docker command line.</summary>
/// <param name="docker">The program.</param>
/// <param name="instance">Labels this account's containers, so that a restart finds those and no others.</param>
internal sealed class DockerEngine(string docker, string instance)
{
    private const string Label = "durableml.batch";

    // The image has its own of these.
    private static readonly string[] HostOnly = ["PATH", "HOME", "USER", "TMPDIR", "LD_LIBRARY_PATH"];

    /// <summary>The program.</summary>
    public string Program => docker;

    /// <summary>The name of a run's container.</summary>
    public static string Name(string marker) => "durableml-batch-" + marker.Replace(".", "-", StringComparison.Ordinal);

    /// <summary>Pulls the image unless it is there.</summary>
    /// <returns>What the engine says when it cannot; null when the image is there.</returns>
    public async Task<string?> PullAsync(string image, CancellationToken cancellationToken)
    {
        if (await ExecuteAsync(["image", "inspect", image], cancellationToken) is (0, _))
        {
            return null;
        }

        var (code, output) = await ExecuteAsync(["pull", image], cancellationToken);
        return code == 0 ? null : output;
    }

    /// <summary>The command that runs the arguments in a container of the image, with the node's directory at the same path.</summary>
    /// <exception cref="FormatException">The run options cannot be split.</exception>
    public IReadOnlyList<string> Arguments(JsonObject settings, IReadOnlyList<string> arguments, CommandSpecification command, string marker)
    {
        var node = command.Environment["AZ_BATCH_NODE_ROOT_DIR"];
        var result = new List<string> { docker, "run", "--rm", "--init", "--name", Name(marker), "--label", $"{Label}={instance}", "--volume", $"{node}:{node}" };
        if (settings.Text("workingDirectory") != "containerImageDefault")
        {
            result.AddRange(["--workdir", command.WorkingDirectory]);
        }

        if (OperatingSystem.IsLinux())
        {
            // Storage on this machine is at 127.0.0.1, and files must stay the emulator's to delete.
            result.AddRange(["--network", "host", "--user", User()]);
        }

        foreach (var name in command.Environment.Keys.Where(n => !HostOnly.Contains(n)).Order(StringComparer.Ordinal))
        {
            // Without a value: docker takes it from its own environment, so none shows in the process list.
            result.AddRange(["--env", name]);
        }

        if (settings.Text("containerRunOptions") is { Length: > 0 } options)
        {
            result.AddRange(CommandLine.Split(options));
        }

        return [.. result, settings.Text("imageName")!, .. arguments];
    }

    /// <summary>Removes what an earlier emulator on this data left.</summary>
    public async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var (code, output) = await ExecuteAsync(["ps", "--all", "--quiet", "--filter", $"label={Label}={instance}"], cancellationToken);
        foreach (var id in code == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [])
        {
            await ExecuteAsync(["rm", "--force", id], cancellationToken);
        }
    }

    private static string User()
    {
        string Id(string name) => File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split('\t')[2];
        return $"{Id("Uid:")}:{Id("Gid:")}";
    }

    private async Task<(int Code, string Output)> ExecuteAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(docker) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{docker} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, process.ExitCode == 0 ? await output : (await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
