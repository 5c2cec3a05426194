using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>
/// Executes a multi-instance task: common resource files and the coordination command on every node, then the task's own command on
/// the first. What coordination commands leave running stays until the task's command has ended.
/// </summary>
internal sealed class MultiInstanceRunner(BatchAccount account, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment)
{
    // The port that AZ_BATCH_MASTER_NODE names, as on real nodes.
    private const int MasterPort = 6000;

    /// <summary>Runs all instances to their end; <paramref name="command"/>, the task's own, runs on the primary.</summary>
    public async Task<CommandOutcome> RunAsync(TaskRun run, CommandSpecification command)
    {
        // The instances stop together, whichever is told to.
        using var outward = run.Stop.Token.Register(() => StopAll(run, run.Stop));
        var inward = run.Subtasks.Select(s => s.Stop.Token.Register(() => run.Stop.Request(s.Stop.Reason, s.Stop.Grace, s.Stop.Message))).ToList();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var instances = run.Subtasks.Select(s => Coordinate(run, s, end.Task)).Prepend(Coordinate(run, null, end.Task)).ToList();
        try
        {
            var failed = await FirstFailureAsync(instances);
            if (failed is not null || run.Stop.Reason != StopReason.None)
            {
                return failed ?? new CommandOutcome(CommandStage.Command, null, null);
            }

            var variables = new Dictionary<string, string>(command.Environment, StringComparer.Ordinal);
            AddVariables(variables, run, run, command.RootDirectory);
            return await commands.RunAsync(command with { Environment = variables, KeepsOutput = true }, run.Stop, run.Marker);
        }
        finally
        {
            end.TrySetResult();
            await Task.WhenAll(instances.Select(i => i.Ended));
            foreach (var registration in inward)
            {
                await registration.DisposeAsync();
            }
        }
    }

    private static void StopAll(TaskRun run, StopSignal signal)
    {
        foreach (var subtask in run.Subtasks)
        {
            subtask.Stop.Request(signal.Reason, signal.Grace, signal.Message);
        }
    }

    private static async Task<CommandOutcome?> FirstFailureAsync(IEnumerable<Instance> instances)
    {
        var open = instances.Select(i => i.Coordinated).ToList();
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open);
            open.Remove(done);
            var outcome = await done;
            if (outcome.Failure is not null || outcome.ExitCode is null)
            {
                return outcome;
            }
        }

        return null;
    }

    private Instance Coordinate(TaskRun run, SubtaskRun? subtask, Task end)
    {
        var coordinated = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Instance(coordinated.Task, ExecuteAsync());

        async Task ExecuteAsync()
        {
            try
            {
                await NoteAsync(run, subtask, Subtask.Running, null);
                coordinated.TrySetResult(await CoordinateAsync(run, subtask, end, coordinated));
                await NoteAsync(run, subtask, Subtask.Completed, await coordinated.Task);
            }
            catch (Exception e)
            {
                // Those who wait for this instance must learn of it, whatever it is: the node would stay busy for ever.
                coordinated.TrySetException(e);
                throw;
            }
        }
    }

    private Task<CommandOutcome> CoordinateAsync(TaskRun run, SubtaskRun? subtask, Task end, TaskCompletionSource<CommandOutcome> coordinated)
    {
        var settings = run.Task.Definition.Object("multiInstanceSettings")!;
        NodeWork work = subtask is null ? run : subtask;
        var taskRoot = Path.Combine(directories.Node(work.Node.PoolId, work.Node.Id), NodeDirectories.TaskRoot(run.Job.Id, run.Task.Id));
        var root = subtask is null ? taskRoot : Path.Combine(taskRoot, subtask.Id.ToString(CultureInfo.InvariantCulture));
        var variables = environment.ForTask(work.Node, run.Job, run.Task.Id, root, run.Task.Definition);
        AddVariables(variables, run, work, taskRoot);
        return commands.RunAsync(new CommandSpecification
        {
            CommandLine = settings.Text("coordinationCommandLine")!,
            RootDirectory = root,
            Environment = variables,
            ContainerSettings = run.Task.Definition.Object("containerSettings"),
            ResourceFiles = [.. settings.Objects("commonResourceFiles")],
            ResourceDirectory = variables["AZ_BATCH_TASK_SHARED_DIR"],
        }, work.Stop, work.Marker + "c", end, coordinated);
    }

    private async Task NoteAsync(TaskRun run, SubtaskRun? subtask, string state, CommandOutcome? outcome)
    {
        if (subtask is null)
        {
            return;
        }

        await account.StoreAsync(() =>
        {
            if (run.Task.Subtasks.Find(s => s.Id == subtask.Id) is not { } record)
            {
                return;
            }

            record.State.Enter(state, account.Now);
            if (outcome is null)
            {
                record.StartTime = account.Now;
            }
            else
            {
                (record.EndTime, record.ExitCode, record.Failure) = (account.Now, outcome.ExitCode, outcome.Failure);
                record.Result = outcome.Failure is null ? "success" : "failure";
            }

            account.Changed(run.Task);
        });
    }

    private static void AddVariables(Dictionary<string, string> variables, TaskRun run, NodeWork work, string taskRoot)
    {
        var addresses = run.Subtasks.Select(s => s.Node.IpAddress).Prepend(run.Node.IpAddress).ToList();
        var cores = Math.Max(1, Environment.ProcessorCount / addresses.Count).ToString(CultureInfo.InvariantCulture);
        variables["AZ_BATCH_HOST_LIST"] = string.Join(',', addresses);
        variables["AZ_BATCH_NODE_LIST"] = string.Join(';', addresses);
        variables["AZ_BATCH_MASTER_NODE"] = string.Create(CultureInfo.InvariantCulture, $"{run.Node.IpAddress}:{MasterPort}");
        variables["AZ_BATCH_IS_CURRENT_NODE_MASTER"] = work == run ? "true" : "false";
        variables["AZ_BATCH_TASK_SHARED_DIR"] = Path.Combine(taskRoot, "shared");
        variables["CCP_NODES"] = $"{addresses.Count.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', addresses.Select(a => $"{a} {cores}"))}";
    }

    private sealed record Instance(Task<CommandOutcome> Coordinated, Task Ended);
}
