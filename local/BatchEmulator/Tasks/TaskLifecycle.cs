using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>The states of tasks: added, assigned, retried, requeued, completed. Every member is called inside an update.</summary>
internal sealed class TaskLifecycle(BatchAccount account, BatchEmulatorOptions settings, TaskRunner runner, NodeDirectories directories, JobLifecycle jobs)
{
    /// <summary>Brings tasks read from the database to where they belong: what was running is active again, as after the loss of its node.</summary>
    public void Restore()
    {
        foreach (var job in account.Jobs.Values)
        {
            foreach (var task in job.Ordered)
            {
                if (task.State.Current is TaskState.Running or TaskState.Preparing)
                {
                    DeleteFiles(task);
                    MakeActive(task);
                }

                if (task.State.Current != TaskState.Active)
                {
                    KeepFilesUntilRetentionEnds(task);
                }
            }

            job.Index();
        }
    }

    /// <summary>Adds a task to the job.</summary>
    public BatchTask Add(Job job, JsonObject definition)
    {
        var task = new BatchTask { Id = definition.Text("id")!, JobId = job.Id, Definition = definition };
        task.State.Enter(TaskState.Active, account.Now);
        account.Add(task);
        job.MakeReady(task);
        account.WantScheduling();
        return task;
    }

    /// <summary>Puts the task on the node; a multi-instance task on all of them, the primary on the first.</summary>
    public void Assign(Job job, BatchTask task, Pool pool, IReadOnlyList<Node> on)
    {
        var node = on[0];
        var root = NodeDirectories.TaskRoot(job.Id, task.Id);
        task.Subtasks = [.. on.Skip(1).Select((n, i) => new Subtask
        {
            Id = i + 1,
            Location = new TaskLocation(pool.Id, n.Id, string.Create(CultureInfo.InvariantCulture, $"{root}/{i + 1}")),
        })];
        var run = new TaskRun(job, task, pool, node, Scheduler.Slots(pool, job, task), [.. task.Subtasks.Zip(on.Skip(1), (s, n) => new SubtaskRun(n, s.Id))]);
        foreach (var subtask in task.Subtasks)
        {
            subtask.State.Enter(Subtask.Preparing, account.Now);
        }

        job.Ready.Remove(task.Sequence);
        job.RunningTasks++;
        task.Run = run;
        account.Undo(() => task.Run = null);
        task.Execution.Clear();
        task.Location = new TaskLocation(pool.Id, node.Id, root);
        task.State.Enter(TaskState.Preparing, account.Now);
        if (!JobPreparations.MustWait(job, node))
        {
            Begin(run);
        }

        foreach (var work in run.Instances)
        {
            account.Started(work);
            work.Node.State.Enter(NodeState.Running, account.Now);
            account.Changed(work.Node);
        }

        account.Touched(task);
        account.After(() => runner.Start(run, Begin, Finish));
    }

    /// <summary>The node is prepared: the task runs.</summary>
    private void Begin(TaskRun run)
    {
        if (run.Task.State.Enter(TaskState.Running, account.Now))
        {
            run.Task.Execution.StartTime = account.Now;
            run.Node.TotalTasksRun++;
            account.Touched(run.Task);
        }
    }

    /// <summary>Ends the task by request.</summary>
    public void Terminate(Job job, BatchTask task, string message = "Task Was Ended by User Request")
    {
        if (task.Run is { } run)
        {
            account.Stop(run, StopReason.Terminated, settings.TerminationGrace, message);
        }
        else if (task.State.Current != TaskState.Completed)
        {
            Complete(job, task, CommandStage.Command, null, TaskFailure.Ended(message), null);
        }
    }

    /// <summary>Makes room for tasks of jobs with higher priority: the task is active again.</summary>
    public void Displace(TaskRun run) => account.Stop(run, StopReason.Displaced, settings.TerminationGrace);

    /// <summary>Takes the task away, with its processes and files.</summary>
    public void Delete(Job job, BatchTask task)
    {
        account.Delete(task);
        if (task.Run is { } run)
        {
            account.Stop(run, StopReason.Deleted, settings.TerminationGrace);
            account.After(() => _ = DeleteFilesAfterAsync(run));
        }
        else
        {
            account.After(() => DeleteFiles(task));
        }
    }

    /// <summary>Lets a failed task run again, with all its retries.</summary>
    public void Reactivate(Job job, BatchTask task)
    {
        task.Execution = new TaskExecution();
        task.SatisfiesDependents = false;
        job.OpenTasks++;
        MakeActive(task);
        job.MakeReady(task);
        account.WantScheduling();
    }

    private void Finish(TaskRun run, CommandOutcome outcome)
    {
        if (run.Task.Run == run)
        {
            Settle(run, outcome);
            jobs.Settle(run.Job);
        }
    }

    private void Settle(TaskRun run, CommandOutcome outcome)
    {
        var (job, task) = (run.Job, run.Task);
        job.RunningTasks--;
        task.Run = null;
        account.Undo(() => task.Run = run);
        foreach (var work in run.Instances)
        {
            account.Ended(work);
            if (work.Node.UsedSlots == 0 && work.Node.State.Current == NodeState.Running)
            {
                work.Node.State.Enter(work.Node.RestingState, account.Now);
            }

            account.Changed(work.Node);
        }

        account.WantScheduling();
        switch (run.Stop.Reason)
        {
            case StopReason.Deleted:
                return;
            case StopReason.Terminated:
                Complete(job, task, CommandStage.Command, outcome, TaskFailure.Ended(run.Stop.Message), run.Node);
                return;
            case StopReason.WallClock:
                Complete(job, task, CommandStage.Command, outcome,
                    TaskFailure.Server("TaskEnded", "The task ran longer than its maximum wall clock time"), run.Node);
                return;
            case StopReason.Requeued:
                task.Execution.RequeueCount++;
                task.Execution.LastRequeueTime = account.Now;
                Requeue(job, task);
                return;
            case StopReason.NodeLost or StopReason.Displaced or StopReason.Shutdown:
                Requeue(job, task);
                return;
        }

        if (outcome.Stage == CommandStage.AgentLost)
        {
            Requeue(job, task);
            return;
        }

        if (outcome is { Stage: CommandStage.Command, ExitCode: not 0 } && task.Execution.RetryCount < MaxRetries(job, task))
        {
            Record(task, outcome, outcome.Failure);
            RememberOn(run.Node, job, task);
            task.Execution.RetryCount++;
            task.Execution.LastRetryTime = account.Now;
            MakeActive(task);
            job.MakeReady(task);
            return;
        }

        Complete(job, task, outcome.Stage, outcome, outcome.Failure, run.Node);
    }

    private static int MaxRetries(Job job, BatchTask task)
    {
        var count = task.Definition.Object("constraints")?.Integer("maxTaskRetryCount")
            ?? job.Definition.Object("constraints")?.Integer("maxTaskRetryCount") ?? 0;
        return count < 0 ? int.MaxValue : count;
    }

    private void Requeue(Job job, BatchTask task)
    {
        var last = (task.Location, task.Subtasks);
        account.After(() => DeleteFiles(last.Location, last.Subtasks));
        task.Subtasks = [];
        task.Execution.Clear();
        task.Location = null;
        MakeActive(task);
        job.MakeReady(task);
    }

    private void Complete(Job job, BatchTask task, CommandStage stage, CommandOutcome? outcome, TaskFailure? failure, Node? node)
    {
        Record(task, outcome, failure);
        task.Execution.EndTime = account.Now;
        task.State.Enter(TaskState.Completed, account.Now);
        job.Ready.Remove(task.Sequence);
        job.Waiting.Remove(task);
        job.OpenTasks--;
        var options = ExitOptions.Of(task, stage);
        task.SatisfiesDependents = options.SatisfiesDependents;
        if (node is not null)
        {
            node.TotalTasksSucceeded += failure is null ? 1 : 0;
            RememberOn(node, job, task);
        }

        account.Touched(task);
        KeepFilesUntilRetentionEnds(task);
        if (task.SatisfiesDependents)
        {
            ReleaseDependents(job, task);
        }

        jobs.TaskCompleted(job, task, options);
    }

    private void Record(BatchTask task, CommandOutcome? outcome, TaskFailure? failure)
    {
        task.Execution.ExitCode = outcome?.ExitCode;
        task.Execution.ContainerInfo = outcome?.ContainerInfo;
        task.Execution.Failure = failure;
        task.Execution.Result = failure is null ? "success" : "failure";
        task.Execution.EndTime = account.Now;
    }

    private void RememberOn(Node node, Job job, BatchTask task)
    {
        node.RecentTasks.Insert(0, new JsonObject
        {
            ["jobId"] = job.Id,
            ["taskId"] = task.Id,
            ["taskState"] = task.State.Current,
            ["executionInfo"] = task.Execution.ToJson(),
        });
        while (node.RecentTasks.Count > 10)
        {
            node.RecentTasks.RemoveAt(node.RecentTasks.Count - 1);
        }

        account.Changed(node);
    }

    private void MakeActive(BatchTask task)
    {
        task.State.Enter(TaskState.Active, account.Now);
        account.Touched(task);
    }

    private void ReleaseDependents(Job job, BatchTask completed)
    {
        foreach (var name in (string[])[completed.Id, TaskDependencies.Ranges])
        {
            foreach (var task in job.Dependents.GetValueOrDefault(name, []).Where(t => job.Waiting.Contains(t) && TaskDependencies.AreSatisfied(job, t)).ToList())
            {
                job.Waiting.Remove(task);
                job.Ready[task.Sequence] = task;
                account.WantScheduling();
            }
        }

        job.Dependents.Remove(completed.Id);
    }

    private void KeepFilesUntilRetentionEnds(BatchTask task)
    {
        if (task.FilesCleanedUp || task.Location is null || task.RetentionTime is not { } retention || task.Execution.EndTime is not { } end)
        {
            return;
        }

        account.At(end + retention, () =>
        {
            if (task.State.Current == TaskState.Completed && task.Execution.EndTime == end && !task.FilesCleanedUp)
            {
                task.FilesCleanedUp = true;
                account.Changed(task);
                account.After(() => DeleteFiles(task));
            }
        });
    }

    private async Task DeleteFilesAfterAsync(TaskRun run)
    {
        await run.Completion;
        DeleteFiles(run.Task);
    }

    private void DeleteFiles(BatchTask task) => DeleteFiles(task.Location, task.Subtasks);

    private void DeleteFiles(TaskLocation? primary, IEnumerable<Subtask> subtasks)
    {
        foreach (var location in subtasks.Select(s => s.Location).Append(primary))
        {
            if (location is not null)
            {
                NodeDirectories.Delete(Path.Combine(directories.Node(location.PoolId, location.NodeId), location.RootDirectory));
            }
        }
    }
}
