using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>
/// Runs one command from its resource files to its output files. The marker of every process begins with <paramref name="markerPrefix"/>,
/// so that a restart finds those of this account and no others.
/// </summary>
internal sealed class NodeCommand(
    TimeProvider clock,
    ContainerImageMap images,
    DockerEngine? docker,
    Mounts mounts,
    ResourceFiles resources,
    OutputFiles outputs,
    FaultPlan faults,
    string markerPrefix,
    ILogger<NodeCommand> log)
{
    private static readonly TimeSpan LongestUpload = TimeSpan.FromMinutes(10);

    /// <summary>What nodes mount: brought before each command, stored after it.</summary>
    public Mounts Mounts => mounts;

    /// <summary>The time between SIGTERM and SIGKILL when a command runs too long.</summary>
    public TimeSpan WallClockGrace { get; init; }

    /// <summary>
    /// Runs the command. Never throws for what the command or its files do; after the call none of its processes is left. What the
    /// command leaves running goes on until <paramref name="linger"/> completes, if it is given.
    /// </summary>
    public async Task<CommandOutcome> RunAsync(
        CommandSpecification command, StopSignal stop, string marker, Task? linger = null, TaskCompletionSource<CommandOutcome>? exited = null)
    {
        JsonObject? containerInfo = null;
        var container = "";
        try
        {
            Directory.CreateDirectory(command.WorkingDirectory);
            if (!command.KeepsOutput)
            {
                foreach (var name in (string[])["stdout.txt", "stderr.txt"])
                {
                    await File.WriteAllBytesAsync(Path.Combine(command.RootDirectory, name), []);
                }
            }

            var arguments = CommandLine.Split(command.CommandLine);
            if (command.ContainerSettings is { } settings)
            {
                var image = settings.Text("imageName")!;
                var map = images.Find(image);
                if (faults.FailsImagePull(image))
                {
                    return ImageNotFound(image, "The emulator was told to let this fail.");
                }

                if (map is null)
                {
                    var error = docker is null
                        ? "The emulator's ContainerImages setting maps images to local executables; with UseDocker it runs real ones."
                        : await docker.PullAsync(image, stop.Token);
                    if (error is not null)
                    {
                        return ImageNotFound(image, error);
                    }

                    container = DockerEngine.Name(markerPrefix + marker);
                    arguments = docker!.Arguments(settings, arguments, command, markerPrefix + marker);
                }
                else if (map.Executables.TryGetValue(arguments[0], out var local))
                {
                    arguments = [local, .. arguments.Skip(1)];
                }

                containerInfo = new JsonObject { ["containerId"] = container.Length > 0 ? container : marker, ["state"] = "running" };
            }

            await mounts.FetchAsync(command.MountsDirectory, stop.Token);
            Directory.CreateDirectory(command.ResourceDirectory ?? command.WorkingDirectory);
            await resources.FetchAsync(command.ResourceFiles, command.ResourceDirectory ?? command.WorkingDirectory, stop.Token);
            if (ProgramFinder.Find(arguments[0], command.WorkingDirectory, command.Environment) is null)
            {
                return new CommandOutcome(CommandStage.PreProcessing, null,
                    TaskFailure.User("CommandProgramNotFound", "The specified command program is not found", ("Program", arguments[0])), containerInfo);
            }

            return await ExecuteAsync(command, arguments, stop, marker, container, containerInfo, linger, exited);
        }
        catch (FormatException e)
        {
            return new CommandOutcome(CommandStage.PreProcessing, null, TaskFailure.User("CommandLaunchFailed", "Failed to launch the specified command line", ("Message", e.Message)));
        }
        catch (TransferException e)
        {
            return new CommandOutcome(CommandStage.PreProcessing, null, e.Failure, containerInfo);
        }
        catch (OperationCanceledException) when (stop.Reason != StopReason.None)
        {
            return new CommandOutcome(CommandStage.PreProcessing, null, null, containerInfo);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new CommandOutcome(CommandStage.PreProcessing, null,
                TaskFailure.User("CommandLaunchFailed", "Failed to launch the specified command line", ("Message", e.Message)), containerInfo);
        }
        catch (Exception e)
        {
            // Whatever it is, it is this command's failure: a run that threw would be taken for a lost node, and run again for ever.
            log.LogError(e, "A command in {Directory} could not be run", command.RootDirectory);
            return new CommandOutcome(CommandStage.PreProcessing, null, TaskFailure.Server("Unknown", e.Message), containerInfo);
        }
    }

    private static CommandOutcome ImageNotFound(string image, string reason)
    {
        var error = $"The image {image} cannot be pulled. {reason}";
        return new CommandOutcome(CommandStage.PreProcessing, null,
            TaskFailure.User("ContainerInvalidImage", "One or more of the specified container images are invalid", ("Image", image), ("Message", error)),
            new JsonObject { ["state"] = "", ["error"] = error });
    }

    private async Task<CommandOutcome> ExecuteAsync(
        CommandSpecification command, IReadOnlyList<string> arguments, StopSignal stop, string marker, string container, JsonObject? containerInfo,
        Task? linger, TaskCompletionSource<CommandOutcome>? exited)
    {
        int? code;
        await using (var process = SupervisedProcess.Start(arguments, command.Environment, command.WorkingDirectory,
            Path.Combine(command.RootDirectory, "stdout.txt"), Path.Combine(command.RootDirectory, "stderr.txt"), markerPrefix + marker, linger is not null,
            container.Length > 0 ? docker!.Program : "", container))
        {
            await using var limit = command.MaxWallClockTime is { } most
                ? clock.CreateTimer(_ => stop.Request(StopReason.WallClock, WallClockGrace), null, most, Timeout.InfiniteTimeSpan)
                : null;
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = stop.Token.Register(() => stopping.TrySetResult());
            await Task.WhenAny(process.Exited, stopping.Task);
            if (!process.Exited.IsCompleted)
            {
                await StopAsync(process, stop.Grace);
            }

            code = await process.Exited;
            if (linger is not null && code is not null && stop.Reason == StopReason.None)
            {
                exited?.TrySetResult(new CommandOutcome(CommandStage.Command, code, code == 0 ? null : TaskFailure.ExitCode(code.Value), containerInfo));
                await Task.WhenAny(linger, stopping.Task);
            }
        }

        if (containerInfo is not null)
        {
            containerInfo["state"] = "exited";
        }

        if (code is not { } exitCode)
        {
            // Both the supervisor and its pipe are gone: nobody watches the task's processes any more.
            LeftoverProcesses.Kill(markerPrefix + marker);
            return new CommandOutcome(CommandStage.AgentLost, null, null, containerInfo);
        }

        var outcome = new CommandOutcome(CommandStage.Command, exitCode, exitCode == 0 ? null : TaskFailure.ExitCode(exitCode), containerInfo);
        using var bound = new CancellationTokenSource(LongestUpload, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, stop.Reason == StopReason.None ? stop.Token : CancellationToken.None);
        // What was written to a mount has been written, whoever ended the command; only a lost node takes it along.
        if (stop.Reason is not (StopReason.NodeLost or StopReason.Shutdown) && await mounts.StoreAsync(command.MountsDirectory, either.Token) is { } notStored)
        {
            return outcome with { Stage = CommandStage.FileUpload, Failure = notStored };
        }

        if (stop.Reason is StopReason.None or StopReason.Terminated or StopReason.WallClock)
        {
            var succeeded = exitCode == 0 && stop.Reason == StopReason.None;
            if (await outputs.StoreAsync(command.OutputFiles, command.RootDirectory, succeeded, either.Token) is { } failure)
            {
                return outcome with { Stage = CommandStage.FileUpload, Failure = failure };
            }
        }

        return outcome;
    }

    private async Task StopAsync(SupervisedProcess process, TimeSpan grace)
    {
        if (grace > TimeSpan.Zero)
        {
            await process.SignalAsync("TERM");
            using var waiting = new CancellationTokenSource();
            await Task.WhenAny(process.Exited, Task.Delay(grace, clock, waiting.Token));
            await waiting.CancelAsync();
        }

        await process.SignalAsync("KILL");
    }
}

/// <summary>A command to run on a node: of a task, a start task, a job preparation or release task, a subtask.</summary>
internal sealed record CommandSpecification
{
    public required string CommandLine { get; init; }

    /// <summary>Where stdout.txt, stderr.txt and wd/ are.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>The AZ_BATCH variables and the client's own.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public JsonObject? ContainerSettings { get; init; }

    public IReadOnlyList<JsonObject> ResourceFiles { get; init; } = [];

    public IReadOnlyList<JsonObject> OutputFiles { get; init; } = [];

    /// <summary>Where resource files land; the working directory when absent.</summary>
    public string? ResourceDirectory { get; init; }

    /// <summary>Whether stdout.txt and stderr.txt of a command before it are written on; otherwise they start empty.</summary>
    public bool KeepsOutput { get; init; }

    /// <summary>The longest the command may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; init; }

    /// <summary>The directory inside <see cref="RootDirectory"/> that resource files land in and the command starts in.</summary>
    public string WorkingDirectory => Path.Combine(RootDirectory, "wd");

    /// <summary>Where the node has its mounts.</summary>
    public string MountsDirectory => Environment["AZ_BATCH_NODE_MOUNTS_DIR"];
}

/// <summary>How a command ended.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="ExitCode">Its exit code, when it ran to an end.</param>
/// <param name="Failure">What went wrong.</param>
/// <param name="ContainerInfo">containerInfo, for a container's command.</param>
internal sealed record CommandOutcome(CommandStage Stage, int? ExitCode, TaskFailure? Failure, JsonObject? ContainerInfo = null);

/// <summary>The last thing a command came to.</summary>
internal enum CommandStage
{
    /// <summary>Resource files and container image: a failure here is never retried.</summary>
    PreProcessing,

    /// <summary>The command itself.</summary>
    Command,

    /// <summary>Output files: a failure here is never retried.</summary>
    FileUpload,

    /// <summary>The node agent was lost: as if the node had been.</summary>
    AgentLost,
}
