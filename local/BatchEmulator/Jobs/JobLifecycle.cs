using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>The states of jobs. Every member is called inside an update. It owns the tasks and the preparations, which tell it what has ended.</summary>
internal sealed class JobLifecycle
{
    private readonly BatchAccount account;
    private readonly JobPreparations preparations;
    private readonly AutoPools autoPools;
    private readonly BatchEmulatorOptions options;
    private readonly JobScheduleLifecycle schedules;

    public JobLifecycle(
        BatchAccount account, BatchEmulatorOptions options, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, AutoPools autoPools,
        JobScheduleLifecycle schedules, ILoggerFactory logs)
    {
        (this.account, this.autoPools, this.options, this.schedules) = (account, autoPools, options, schedules);
        preparations = new JobPreparations(account, commands, directories, environment, this, logs.CreateLogger<JobPreparations>());
        var runner = new TaskRunner(account, commands, directories, environment, preparations, logs.CreateLogger<TaskRunner>());
        Tasks = new TaskLifecycle(account, options, runner, directories, this);
    }

    /// <summary>The tasks of all jobs.</summary>
    public TaskLifecycle Tasks { get; }

    /// <summary>Goes on with what jobs were about to do when the emulator stopped.</summary>
    public void Restore()
    {
        foreach (var job in account.Jobs.Values.ToList())
        {
            // What ran when the emulator stopped is as if it had not been.
            foreach (var entry in job.Nodes.Values)
            {
                entry.Preparation = entry.Preparation?.Text("state") == "running" ? null : entry.Preparation;
                entry.Release = entry.Release?.Text("state") == "running" ? null : entry.Release;
            }

            Watch(job);
            Settle(job);
        }
    }

    /// <summary>A new job, on an existing pool or with one of its own.</summary>
    public Job Create(JsonObject definition, JobSchedule? schedule = null)
    {
        var job = new Job
        {
            Id = definition.Text("id")!,
            Definition = definition,
            StartTime = account.Now,
            PoolId = definition.Object("poolInfo")!.Text("poolId"),
            ScheduleId = schedule?.Id,
        };
        job.State.Enter(JobState.Active, account.Now);
        account.Add(job);
        if (job.PoolId is null && autoPools.Provide(job, schedule) is { } error)
        {
            job.SchedulingError = error;
            Complete(job);
            return job;
        }

        if (job.Manager is { } manager)
        {
            Tasks.Add(job, ManagerTask(manager));
        }

        Watch(job);
        // As documented: a job without tasks counts as one whose tasks are all completed.
        EndIfComplete(job);
        return job;
    }

    /// <summary>Ends the job: running tasks are ended, waiting ones stay as they are.</summary>
    public void Terminate(Job job, string reason)
    {
        if (job.Ended)
        {
            return;
        }

        job.TerminateReason = reason;
        Enter(job, JobState.Terminating);
        Stop(job, StopReason.Terminated);
        preparations.Stop(job, options.TerminationGrace);
        Settle(job);
    }

    /// <summary>Stops scheduling; running tasks are requeued, terminated or waited for.</summary>
    public void Disable(Job job, string disableTasks)
    {
        job.DisableTasks = disableTasks;
        Enter(job, JobState.Disabling);
        if (disableTasks != "wait")
        {
            Stop(job, disableTasks == "terminate" ? StopReason.Terminated : StopReason.Requeued);
        }

        Settle(job);
    }

    /// <summary>Schedules again.</summary>
    public void Enable(Job job)
    {
        Enter(job, JobState.Enabling);
        Enter(job, JobState.Active);
        account.WantScheduling();
    }

    /// <summary>Takes the job away with its tasks and their files.</summary>
    public void Delete(Job job)
    {
        Enter(job, JobState.Deleting);
        Stop(job, StopReason.Terminated);
        preparations.Stop(job, options.TerminationGrace);
        Settle(job);
    }

    /// <summary>Ends the job at once when it asks for that and all its tasks are completed.</summary>
    public void EndIfComplete(Job job)
    {
        if (job.State.Current == JobState.Active && job.OpenTasks == 0 && job.Definition.Text("onAllTasksComplete") == "terminatejob")
        {
            Terminate(job, "AllTasksComplete");
        }
    }

    /// <summary>Ends the job when its longest time is over.</summary>
    public void Watch(Job job)
    {
        if (job.Definition.Object("constraints")?.Duration("maxWallClockTime") is { } limit)
        {
            account.At(job.StartTime + limit, () =>
            {
                if (account.Jobs.GetValueOrDefault(job.Id) == job && !job.Ended
                    && job.Definition.Object("constraints")?.Duration("maxWallClockTime") == limit)
                {
                    Terminate(job, "MaxWallClockTimeExpiry");
                }
            });
        }
    }

    /// <summary>A task of the job has been completed: that may end or disable the job.</summary>
    public void TaskCompleted(Job job, BatchTask task, ExitOptions exit)
    {
        if (job.Ended)
        {
            return;
        }

        if (job.IsManager(task) && job.Manager!.Flag("killJobOnCompletion", otherwise: true))
        {
            Terminate(job, "JMComplete");
            return;
        }

        if (job.Definition.Text("onTaskFailure") == "performexitoptionsjobaction")
        {
            if (exit.JobAction == "terminate")
            {
                Terminate(job, "TaskFailed");
            }
            else if (exit.JobAction == "disable" && job.State.Current == JobState.Active)
            {
                Disable(job, "requeue");
            }
        }

        EndIfComplete(job);
    }

    /// <summary>Something of the job has left its node: once nothing runs, the job can be what it was about to be.</summary>
    public void Settle(Job job)
    {
        if (job.RunningTasks > 0)
        {
            return;
        }

        switch (job.State.Current)
        {
            case JobState.Disabling:
                Enter(job, JobState.Disabled);
                break;
            case JobState.Terminating or JobState.Deleting when !preparations.Release(job):
                break;
            case JobState.Terminating:
                Complete(job);
                break;
            case JobState.Deleting:
                foreach (var task in job.Ordered.ToList())
                {
                    Tasks.Delete(job, task);
                }

                if (account.Jobs.GetValueOrDefault(job.Id) == job)
                {
                    account.Delete(job);
                    autoPools.JobEnded(job);
                    schedules.JobEnded(job);
                }

                break;
        }
    }

    private void Stop(Job job, StopReason reason)
    {
        foreach (var task in job.Ordered)
        {
            if (task.Run is { } run)
            {
                account.Stop(run, reason, options.TerminationGrace, "Task Was Ended by User Request");
            }
        }
    }

    private void Complete(Job job)
    {
        job.EndTime = account.Now;
        Enter(job, JobState.Completed);
        autoPools.JobEnded(job);
        schedules.JobEnded(job);
    }

    /// <summary>The manager as an ordinary task: without what only a manager has.</summary>
    private static JsonObject ManagerTask(JsonObject manager)
    {
        var task = (JsonObject)manager.DeepClone();
        foreach (var name in (string[])["killJobOnCompletion", "runExclusive", "allowLowPriorityNode"])
        {
            task.Remove(name);
        }

        return task;
    }

    private void Enter(Job job, string state)
    {
        job.State.Enter(state, account.Now);
        account.Touched(job);
    }
}
