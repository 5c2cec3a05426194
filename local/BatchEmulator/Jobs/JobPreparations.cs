using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>Job preparation tasks, once a node before the job's first task there, and release tasks where preparation ran.</summary>
internal sealed class JobPreparations(
    BatchAccount account, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, ILogger<JobPreparations> log)
{
    private static readonly TimeSpan LongestRelease = TimeSpan.FromMinutes(15);

    /// <summary>A preparation or release of the job has ended; called inside an update.</summary>
    public Action<Job>? Settled { get; set; }

    /// <summary>Whether a task of the job has to wait on the node.</summary>
    public static bool MustWait(Job job, Node node) =>
        Waits(job) && !(job.Nodes.GetValueOrDefault(node.Id)?.IsPrepared(node, Again(job)) ?? false);

    /// <summary>Whether the job's tasks cannot run on the node, as its preparation failed there.</summary>
    public static bool IsBarred(Job job, Node node) => Waits(job) && (job.Nodes.GetValueOrDefault(node.Id)?.HasFailed(node) ?? false);

    /// <summary>Sees to it that the node is prepared for the job.</summary>
    /// <returns>Whether the task may run.</returns>
    public async Task<bool> EnsureAsync(TaskRun run)
    {
        if (run.Job.Definition.Object("jobPreparationTask") is not { } definition)
        {
            return true;
        }

        var (entry, running) = account.Update(() =>
        {
            var entry = Entry(run.Job, run.Node);
            if (entry.Run is null && !entry.IsPrepared(run.Node, Again(run.Job)) && !entry.HasFailed(run.Node))
            {
                (entry.Boots, entry.Disks) = (run.Node.Boots, run.Node.Disks);
                Begin(run.Job, run.Node, entry, definition, retries: 0);
            }

            return (entry, entry.Run?.Completion ?? Task.CompletedTask);
        });
        if (!definition.Flag("waitForSuccess", otherwise: true))
        {
            return true;
        }

        // Retries are runs of their own: wait until there is none.
        while (!running.IsCompleted)
        {
            await running.WaitAsync(run.Stop.Token);
            running = account.Read(() => entry.Run?.Completion ?? Task.CompletedTask);
        }

        return account.Read(() => entry.IsPrepared(run.Node, Again(run.Job)));
    }

    /// <summary>Ends preparations that run.</summary>
    public static void Stop(Job job, TimeSpan grace)
    {
        foreach (var entry in job.Nodes.Values)
        {
            entry.Run?.Stop.Request(StopReason.Terminated, grace);
        }
    }

    /// <summary>Begins the releases that are still to run; called inside an update.</summary>
    /// <returns>Whether nothing is left to wait for.</returns>
    public bool Release(Job job)
    {
        if (job.Definition.Object("jobReleaseTask") is { } definition)
        {
            foreach (var entry in job.Nodes.Values.Where(e => e.Run is null && e.Preparation is not null && e.Release is null))
            {
                // A node that has gone or lost its disk has nothing to release.
                if (account.Pools.GetValueOrDefault(entry.PoolId)?.Node(entry.NodeId) is { } node && node.Disks == entry.Disks
                    && node.State.Current is NodeState.Idle or NodeState.Running)
                {
                    entry.Release = Started();
                    Start(job, node, entry, entry.Release, definition, definition.Text("id") ?? "jobrelease",
                        definition.Duration("maxWallClockTime") ?? LongestRelease, retry: null);
                }
            }
        }

        return job.Nodes.Values.All(e => e.Run is null);
    }

    private static bool Waits(Job job) =>
        job.Definition.Object("jobPreparationTask") is { } definition && definition.Flag("waitForSuccess", otherwise: true);

    private static bool Again(Job job) =>
        job.Definition.Object("jobPreparationTask")!.Flag("rerunOnNodeRebootAfterSuccess", otherwise: true);

    private static JobNode Entry(Job job, Node node)
    {
        if (!job.Nodes.TryGetValue(node.Id, out var entry))
        {
            job.Nodes[node.Id] = entry = new JobNode { PoolId = node.PoolId, NodeId = node.Id };
        }

        return entry;
    }

    private JsonObject Started() => new() { ["startTime"] = Iso8601.Time(account.Now), ["state"] = "running" };

    private void Begin(Job job, Node node, JobNode entry, JsonObject definition, int retries)
    {
        var constraints = definition.Object("constraints");
        entry.Preparation = Started();
        entry.Preparation["retryCount"] = retries;
        if (retries > 0)
        {
            entry.Preparation["lastRetryTime"] = Iso8601.Time(account.Now);
        }

        var most = constraints?.Integer("maxTaskRetryCount") ?? 0;
        Start(job, node, entry, entry.Preparation, definition, definition.Text("id") ?? "jobpreparation", constraints?.Duration("maxWallClockTime"),
            most < 0 || retries < most ? () => Begin(job, node, entry, definition, retries + 1) : null);
    }

    private void Start(Job job, Node node, JobNode entry, JsonObject info, JsonObject definition, string id, TimeSpan? limit, Action? retry)
    {
        var run = new JobNodeRun(node);
        entry.Run = run;
        node.Work.Add(run);
        var root = NodeDirectories.TaskRoot(job.Id, id);
        info["taskRootDirectory"] = root;
        account.Changed(job);
        account.After(() => _ = Task.Run(() => ExecuteAsync(job, run, entry, info, definition, id, root, limit, retry)));
    }

    private async Task ExecuteAsync(Job job, JobNodeRun run, JobNode entry, JsonObject info, JsonObject definition, string id, string root, TimeSpan? limit, Action? retry)
    {
        var node = run.Node;
        try
        {
            var directory = Path.Combine(directories.Node(node.PoolId, node.Id), root);
            var outcome = await commands.RunAsync(new CommandSpecification
            {
                CommandLine = definition.Text("commandLine")!,
                RootDirectory = directory,
                Environment = environment.ForTask(node, job, id, directory, definition),
                ContainerSettings = definition.Object("containerSettings"),
                ResourceFiles = [.. definition.Objects("resourceFiles")],
                MaxWallClockTime = limit,
            }, run.Stop, run.Marker);
            account.Update(() => Finish(job, run, entry, info, outcome, retry));
        }
        catch (ObjectDisposedException) when (account.IsClosed)
        {
            // The emulator stops: Restore forgets what was running.
        }
        catch (Exception e)
        {
            log.LogError(e, "The {Task} task of job {Job} could not be run", id, job.Id);
            account.Update(() => Finish(job, run, entry, info, new CommandOutcome(CommandStage.AgentLost, null, TaskFailure.Server("Unknown", e.Message)), null));
        }
        finally
        {
            run.Complete();
            run.Stop.Dispose();
        }
    }

    private void Finish(Job job, JobNodeRun run, JobNode entry, JsonObject info, CommandOutcome outcome, Action? retry)
    {
        run.Node.Work.Remove(run);
        entry.Run = null;
        var failure = outcome.Failure ?? (run.Stop.Reason == StopReason.None ? null : TaskFailure.Ended("The task was ended"));
        info["state"] = "completed";
        info["endTime"] = Iso8601.Time(account.Now);
        info["result"] = failure is null ? "success" : "failure";
        info.Put("exitCode", outcome.ExitCode);
        info.Put("failureInfo", failure?.ToJson());
        info.Put("containerInfo", outcome.ContainerInfo);
        account.Changed(job);
        account.WantScheduling();
        if (failure is not null && run.Stop.Reason == StopReason.None && outcome.Stage == CommandStage.Command)
        {
            retry?.Invoke();
        }

        Settled?.Invoke(job);
    }
}
