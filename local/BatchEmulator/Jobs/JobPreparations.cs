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
    BatchAccount account, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, JobLifecycle jobs, ILogger<JobPreparations> log)
{
    /// <summary>The longest that a release task may run, and does unless it says otherwise.</summary>
    public static readonly TimeSpan LongestRelease = TimeSpan.FromMinutes(15);

    /// <summary>Whether a task of the job has to wait on the node.</summary>
    public static bool MustWait(Job job, Node node) =>
        Waits(job) && !(job.Nodes.GetValueOrDefault(node.Id)?.IsPrepared(node, Again(job)) ?? false);

    /// <summary>Whether the job's tasks cannot run on the node, as its preparation failed there.</summary>
    public static bool IsBarred(Job job, Node node) => Waits(job) && (job.Nodes.GetValueOrDefault(node.Id)?.HasFailed(node) ?? false);

    /// <summary>Sees to it that the node is prepared for the job.</summary>
    /// <returns>Whether the task may run.</returns>
    public async Task<bool> EnsureAsync(TaskRun run)
    {
        var (job, node) = (run.Job, run.Node);
        if (job.Definition.Object("jobPreparationTask") is not { } definition)
        {
            return true;
        }

        await account.StoreAsync(() =>
        {
            var entry = Entry(job, node);
            if (!job.NodeRuns.ContainsKey(node.Id) && !entry.IsPrepared(node, Again(job)) && !entry.HasFailed(node))
            {
                (entry.Boots, entry.Disks) = (node.Boots, node.Disks);
                Prepare(job, node, entry, definition, retries: 0);
            }
        });
        if (!definition.Flag("waitForSuccess", otherwise: true))
        {
            return true;
        }

        // Retries are runs of their own: wait until there is none.
        JobNodeRun? last = null;
        while (account.Read(() => job.NodeRuns.GetValueOrDefault(node.Id)) is { } running && running != last)
        {
            last = running;
            await running.Completion.WaitAsync(run.Stop.Token);
        }

        return account.Read(() => Entry(job, node).IsPrepared(node, Again(job)));
    }

    /// <summary>Ends preparations that run.</summary>
    public void Stop(Job job, TimeSpan grace)
    {
        foreach (var run in job.NodeRuns.Values)
        {
            account.Stop(run, StopReason.Terminated, grace);
        }
    }

    /// <summary>Begins the releases that are still to run; called inside an update.</summary>
    /// <returns>Whether nothing is left to wait for.</returns>
    public bool Release(Job job)
    {
        if (job.Definition.Object("jobReleaseTask") is { } definition)
        {
            foreach (var entry in job.Nodes.Values.Where(e => !job.NodeRuns.ContainsKey(e.NodeId) && e.Preparation is not null && e.Release is null))
            {
                // A node that has gone or lost its disk has nothing to release.
                if (account.Pools.GetValueOrDefault(entry.PoolId)?.Node(entry.NodeId) is { } node && node.Disks == entry.Disks
                    && node.State.Current is NodeState.Idle or NodeState.Running)
                {
                    entry.Release = Started();
                    Start(job, entry.Release, new JobNodeRun(node)
                    {
                        Id = definition.Text("id") ?? "jobrelease",
                        Definition = definition,
                        IsRelease = true,
                        Limit = definition.Duration("maxWallClockTime") ?? LongestRelease,
                    });
                }
            }
        }

        return job.NodeRuns.Count == 0;
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

    private void Prepare(Job job, Node node, JobNode entry, JsonObject definition, int retries)
    {
        entry.Preparation = Started();
        entry.Preparation["retryCount"] = retries;
        if (retries > 0)
        {
            entry.Preparation["lastRetryTime"] = Iso8601.Time(account.Now);
        }

        Start(job, entry.Preparation, new JobNodeRun(node)
        {
            Id = definition.Text("id") ?? "jobpreparation",
            Definition = definition,
            Retries = retries,
            Limit = definition.Object("constraints")?.Duration("maxWallClockTime"),
        });
    }

    private void Start(Job job, JsonObject info, JobNodeRun run)
    {
        var node = run.Node;
        info["taskRootDirectory"] = NodeDirectories.TaskRoot(job.Id, run.Id);
        job.NodeRuns[node.Id] = run;
        account.Undo(() => job.NodeRuns.Remove(node.Id));
        account.Started(run);
        account.Changed(job);
        account.After(() => _ = Task.Run(() => ExecuteAsync(job, run)));
    }

    private async Task ExecuteAsync(Job job, JobNodeRun run)
    {
        var (node, definition) = (run.Node, run.Definition);
        try
        {
            var directory = Path.Combine(directories.Node(node.PoolId, node.Id), NodeDirectories.TaskRoot(job.Id, run.Id));
            var outcome = await commands.RunAsync(new CommandSpecification
            {
                CommandLine = definition.Text("commandLine")!,
                RootDirectory = directory,
                Environment = environment.ForTask(node, job, run.Id, directory, definition),
                ContainerSettings = definition.Object("containerSettings"),
                ResourceFiles = [.. definition.Objects("resourceFiles")],
                MaxWallClockTime = run.Limit,
            }, run.Stop, run.Marker);
            await account.StoreAsync(() => Finish(job, run, outcome));
        }
        catch (ObjectDisposedException) when (account.IsClosed)
        {
            // The emulator stops: Restore forgets what was running.
        }
        catch (Exception e)
        {
            log.LogError(e, "The end of the {Task} task of job {Job} could not be recorded", run.Id, job.Id);
        }
        finally
        {
            run.Complete();
            run.Stop.Dispose();
        }
    }

    private void Finish(Job job, JobNodeRun run, CommandOutcome outcome)
    {
        var node = run.Node;
        if (!account.Ended(run))
        {
            return;
        }

        job.NodeRuns.Remove(node.Id);
        account.Undo(() => job.NodeRuns[node.Id] = run);
        var entry = Entry(job, node);
        var info = (run.IsRelease ? entry.Release : entry.Preparation)!;
        var failure = outcome.Failure ?? (run.Stop.Reason == StopReason.None ? null : TaskFailure.Ended("The task was ended"));
        info["state"] = "completed";
        info["endTime"] = Iso8601.Time(account.Now);
        info["result"] = failure is null ? "success" : "failure";
        info.Put("exitCode", outcome.ExitCode);
        info.Put("failureInfo", failure?.ToJson());
        info.Put("containerInfo", outcome.ContainerInfo);
        account.Changed(job);
        account.WantScheduling();
        var most = run.IsRelease ? 0 : run.Definition.Object("constraints")?.Integer("maxTaskRetryCount") ?? 0;
        if (failure is not null && run.Stop.Reason == StopReason.None && outcome.Stage == CommandStage.Command && (most < 0 || run.Retries < most))
        {
            Prepare(job, node, entry, run.Definition, run.Retries + 1);
        }

        jobs.Settle(job);
    }
}

/// <summary>A job preparation or release task on its way; it takes no slot.</summary>
internal sealed class JobNodeRun(Node node) : NodeWork(node, 0)
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>jobPreparationTask or jobReleaseTask.</summary>
    public required JsonObject Definition { get; init; }

    public bool IsRelease { get; init; }

    /// <summary>Retries before this one.</summary>
    public int Retries { get; init; }

    /// <summary>The longest it may take; null for no limit.</summary>
    public TimeSpan? Limit { get; init; }
}
