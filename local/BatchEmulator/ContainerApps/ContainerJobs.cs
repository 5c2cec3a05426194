using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.State;

namespace DurableMl.Local.BatchEmulator.ContainerApps;

/// <summary>
/// Jobs of Azure Container Apps whose executions are local processes. Each job is a folder with a document and a folder for each execution, where
/// the process's output lies. What an emulator that was killed has left running is failed at the next start.
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="images">What stands for images here.</param>
/// <param name="markerPrefix">How the mark of every process begins.</param>
/// <param name="grace">The time between SIGTERM and SIGKILL.</param>
/// <param name="clock">The time.</param>
internal sealed class ContainerJobs(string folder, ContainerImageMap images, string markerPrefix, TimeSpan grace, TimeProvider clock) : IAsyncDisposable
{
    private const int MostExecutions = 1000;
    private const string Document = "execution.json";
    private const string Running = "Running";

    private readonly ConcurrentDictionary<string, RunningExecution> running = new(StringComparer.Ordinal);
    private readonly Lock files = new();

    /// <summary>Takes note that what ran when an earlier emulator ended runs no more.</summary>
    public void Restore()
    {
        OwnerOnly.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder, Document, SearchOption.AllDirectories))
        {
            var execution = Read(path)!;
            if ((string?)execution["properties"]!["status"] == Running)
            {
                End(path, execution, "Failed");
            }
        }
    }

    /// <summary>The job; null where there is none.</summary>
    public JsonObject? Job(string name) => Read(JobPath(name));

    /// <summary>Makes or changes a job.</summary>
    public void Put(string name, JsonObject job)
    {
        OwnerOnly.CreateDirectory(Path.Combine(folder, name));
        Write(JobPath(name), job);
    }

    /// <summary>Ends a job's executions and removes it.</summary>
    public async Task DeleteAsync(string name)
    {
        foreach (var execution in Executions(name))
        {
            await StopAsync(name, (string)execution["name"]!);
        }

        lock (files)
        {
            Directory.Delete(Path.Combine(folder, name), recursive: true);
        }
    }

    /// <summary>The executions of a job, newest first.</summary>
    public IReadOnlyList<JsonObject> Executions(string job) => !Directory.Exists(Path.Combine(folder, job)) ? [] :
    [
        .. Directory.EnumerateFiles(Path.Combine(folder, job), Document, SearchOption.AllDirectories)
            .Select(path => Read(path)!).OrderByDescending(execution => (string?)execution["properties"]!["startTime"], StringComparer.Ordinal),
    ];

    /// <summary>An execution; null where there is none.</summary>
    public JsonObject? Execution(string job, string name) => Read(Path.Combine(folder, job, name, Document));

    /// <summary>Starts an execution, of the job's template or of another.</summary>
    /// <exception cref="InvalidOperationException">It cannot be started; the message says why.</exception>
    public JsonObject Start(string name, string resource, JsonObject template)
    {
        if (Executions(name).Count >= MostExecutions)
        {
            throw new InvalidOperationException($"The job has {MostExecutions} executions; delete it.");
        }

        var container = template["containers"] as JsonArray is [JsonObject only] ? only : throw new InvalidOperationException("The emulator runs jobs of one container.");
        var id = $"{name}-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 7)}";
        var root = Path.Combine(folder, name, id);
        OwnerOnly.CreateDirectory(root);
        var work = Path.Combine(root, "wd");
        OwnerOnly.CreateDirectory(work);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = work,
            ["CONTAINER_APP_JOB_NAME"] = name,
            ["CONTAINER_APP_JOB_EXECUTION_NAME"] = id,
        };
        foreach (var variable in container["env"] as JsonArray ?? [])
        {
            environment[(string)variable!["name"]!] = (string?)variable["value"] ?? "";
        }

        var command = Command(container, work, environment);
        var execution = new JsonObject
        {
            ["id"] = $"{resource}/executions/{id}",
            ["name"] = id,
            ["type"] = "Microsoft.App/jobs/executions",
            ["properties"] = new JsonObject { ["status"] = Running, ["startTime"] = Now(), ["template"] = template.DeepClone() },
        };
        var path = Path.Combine(root, Document);
        Write(path, execution);
        var process = SupervisedProcess.Start(command, environment, work, Path.Combine(root, "stdout.txt"), Path.Combine(root, "stderr.txt"), markerPrefix + id, linger: false);
        var limit = (double?)Job(name)?["properties"]?["configuration"]?["replicaTimeout"] is > 0 and { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 1e6)) : (TimeSpan?)null;
        var watch = WatchAsync(process, path, execution, limit);
        running[id] = new RunningExecution(process, watch);
        if (watch.IsCompleted)
        {
            running.TryRemove(id, out _);
        }

        return execution.DeepClone().AsObject();
    }

    /// <summary>Ends an execution and returns when it has ended.</summary>
    public async Task StopAsync(string job, string name)
    {
        if (running.TryGetValue(name, out var execution))
        {
            var path = Path.Combine(folder, job, name, Document);
            End(path, Read(path)!, "Stopped");
            await EndAsync(execution.Process);
            await execution.Watch;
        }
    }

    /// <summary>Ends all executions.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, execution) in running)
        {
            await execution.Process.SignalAsync("KILL");
            await execution.Watch;
        }
    }

    private IReadOnlyList<string> Command(JsonObject container, string work, Dictionary<string, string> environment)
    {
        var image = (string?)container["image"] ?? "";
        var stand = images.Find(image) ?? throw new InvalidOperationException($"The emulator's ContainerImages setting names no local programs for the image '{image}'.");
        List<string> command = [.. (container["command"] as JsonArray ?? []).Concat(container["args"] as JsonArray ?? []).Select(word => word?.ToString() ?? "")];
        if (command.Count == 0)
        {
            throw new InvalidOperationException("The container needs a command: the emulator does not know the image's own.");
        }

        command[0] = stand.Executables.TryGetValue(command[0], out var local) ? local : command[0];
        return ProgramFinder.Find(command[0], work, environment) is null ? throw new InvalidOperationException($"There is no program '{command[0]}'.") : command;
    }

    private async Task WatchAsync(SupervisedProcess process, string path, JsonObject execution, TimeSpan? limit)
    {
        await using (process)
        {
            using var cancelTimer = new CancellationTokenSource();
            if (limit is { } most && await Task.WhenAny(process.Exited, Task.Delay(most, clock, cancelTimer.Token)) != process.Exited)
            {
                await EndAsync(process);
            }

            await cancelTimer.CancelAsync();
            End(path, execution, await process.Exited == 0 ? "Succeeded" : "Failed");
        }

        running.TryRemove((string)execution["name"]!, out _);
    }

    private async Task EndAsync(SupervisedProcess process)
    {
        await process.SignalAsync("TERM");
        using var cancelTimer = new CancellationTokenSource();
        await Task.WhenAny(process.Exited, Task.Delay(grace, clock, cancelTimer.Token));
        await cancelTimer.CancelAsync();
        await process.SignalAsync("KILL");
    }

    // The first end counts: one that was stopped has not failed because its process ended by a signal.
    private void End(string path, JsonObject execution, string status)
    {
        lock (files)
        {
            if (Read(path) is not { } now || (string?)now["properties"]!["status"] != Running)
            {
                return;
            }

            var ended = execution.DeepClone().AsObject();
            ended["properties"]!["status"] = status;
            ended["properties"]!["endTime"] = Now();
            Write(path, ended);
        }
    }

    private string JobPath(string name) => Path.Combine(folder, name, "job.json");

    private string Now() => clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private JsonObject? Read(string path)
    {
        lock (files)
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : null;
        }
    }

    private void Write(string path, JsonObject document)
    {
        lock (files)
        {
            var next = path + ".tmp";
            File.WriteAllText(next, document.ToJsonString());
            File.Move(next, path, overwrite: true);
        }
    }

    private sealed record RunningExecution(SupervisedProcess Process, Task Watch);
}
