using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Processes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.JobSchedules;

/// <summary>The states of job schedules, and the jobs they make. Every member is called inside an update. It owns the jobs, which tell it of their end.</summary>
internal sealed class JobScheduleLifecycle
{
    private readonly BatchAccount account;
    private readonly AutoPools autoPools;

    public JobScheduleLifecycle(
        BatchAccount account, BatchEmulatorOptions options, NodeCommand commands, NodeDirectories directories, TaskEnvironment environment, AutoPools autoPools,
        ILoggerFactory logs)
    {
        (this.account, this.autoPools) = (account, autoPools);
        Jobs = new JobLifecycle(account, options, commands, directories, environment, autoPools, this, logs);
    }

    /// <summary>The jobs, those of a schedule and those without.</summary>
    public JobLifecycle Jobs { get; }

    /// <summary>Goes on with the schedules that there were when the emulator stopped.</summary>
    public void Restore()
    {
        foreach (var schedule in account.JobSchedules.Values.ToList())
        {
            Plan(schedule);
            Settle(schedule);
        }
    }

    /// <summary>A new schedule.</summary>
    public JobSchedule Create(JsonObject definition)
    {
        var schedule = new JobSchedule { Id = definition.Text("id")!, Definition = definition };
        schedule.State.Enter(JobScheduleState.Active, account.Now);
        account.Add(schedule);
        Begin(schedule);
        return schedule;
    }

    /// <summary>Starts the schedule anew from its definition.</summary>
    public void Begin(JobSchedule schedule)
    {
        schedule.NextRunTime = schedule.DoNotRunUntil is { } until && until > account.Now ? until : account.Now;
        schedule.DueSince = null;
        account.Touched(schedule);
        Plan(schedule);
    }

    /// <summary>Makes no more jobs until enabled.</summary>
    public void Disable(JobSchedule schedule)
    {
        schedule.DueSince = null;
        Enter(schedule, JobScheduleState.Disabled);
    }

    /// <summary>Makes jobs again, at the times of the schedule.</summary>
    public void Enable(JobSchedule schedule)
    {
        Enter(schedule, JobScheduleState.Active);
        if (schedule.NextRunTime is { } next && next < account.Now && schedule.RecurrenceInterval is { } interval)
        {
            // What came up while it was disabled is lost; the times stay those of the schedule.
            schedule.NextRunTime = next + (interval * Math.Ceiling((account.Now - next) / interval));
        }

        Plan(schedule);
    }

    /// <summary>Ends the schedule and the job that is active under it.</summary>
    public void Terminate(JobSchedule schedule)
    {
        (schedule.NextRunTime, schedule.DueSince) = (null, null);
        Enter(schedule, JobScheduleState.Terminating);
        if (ActiveJob(schedule) is { } job)
        {
            Jobs.Terminate(job, "TerminateJobSchedule");
        }

        Settle(schedule);
    }

    /// <summary>Takes the schedule away with all its jobs.</summary>
    public void Delete(JobSchedule schedule)
    {
        (schedule.NextRunTime, schedule.DueSince) = (null, null);
        Enter(schedule, JobScheduleState.Deleting);
        foreach (var job in JobsOf(schedule).ToList())
        {
            Jobs.Delete(job);
        }

        Settle(schedule);
    }

    /// <summary>The jobs it has made that are still there.</summary>
    public IEnumerable<Job> JobsOf(JobSchedule schedule) =>
        account.Jobs.Values.Where(j => string.Equals(j.ScheduleId, schedule.Id, StringComparison.OrdinalIgnoreCase)).OrderBy(j => j.Sequence);

    private Job? ActiveJob(JobSchedule schedule) => JobsOf(schedule).FirstOrDefault(j => j.State.Current is not (JobState.Completed or JobState.Deleting));

    private void Plan(JobSchedule schedule)
    {
        var plan = NextPlan(schedule);
        if (schedule.State.Current == JobScheduleState.Active && schedule.NextRunTime is { } next)
        {
            account.At(next, () => When(() => Come(schedule)));
        }

        if (schedule.State.Current == JobScheduleState.Active && schedule.DoNotRunAfter is { } after)
        {
            account.At(after, () => When(() => Settle(schedule)));
        }

        void When(Action body)
        {
            if (schedule.Plans == plan && account.JobSchedules.GetValueOrDefault(schedule.Id) == schedule && schedule.State.Current == JobScheduleState.Active)
            {
                body();
            }
        }
    }

    /// <summary>A job is due.</summary>
    private void Come(JobSchedule schedule)
    {
        // What is still due from last time is not carried on.
        schedule.DueSince = schedule.NextRunTime;
        schedule.NextRunTime += schedule.RecurrenceInterval;
        account.Touched(schedule);
        Plan(schedule);
        TryRun(schedule);
    }

    private void TryRun(JobSchedule schedule)
    {
        if (schedule.DueSince is not { } due || schedule.State.Current != JobScheduleState.Active || ActiveJob(schedule) is not null)
        {
            return;
        }

        schedule.DueSince = null;
        account.Touched(schedule);
        if (account.Now > schedule.DoNotRunAfter || account.Now - due > (schedule.StartWindow ?? TimeSpan.MaxValue))
        {
            Settle(schedule);
            return;
        }

        var definition = (JsonObject)schedule.Definition["jobSpecification"]!.DeepClone();
        definition["id"] = string.Create(CultureInfo.InvariantCulture, $"{schedule.Id}:job-{++schedule.JobCount}");
        schedule.RecentJobId = definition.Text("id");
        Jobs.Create(definition, schedule);
    }

    /// <summary>A job has been completed or deleted: its schedule may make the next one, or be over.</summary>
    public void JobEnded(Job job)
    {
        if (job.ScheduleId is { } id && account.JobSchedules.GetValueOrDefault(id) is { } schedule)
        {
            TryRun(schedule);
            Settle(schedule);
        }
    }

    private void Settle(JobSchedule schedule)
    {
        switch (schedule.State.Current)
        {
            case JobScheduleState.Deleting when !JobsOf(schedule).Any():
                End(schedule);
                if (account.JobSchedules.GetValueOrDefault(schedule.Id) == schedule)
                {
                    account.Delete(schedule);
                }

                break;
            case JobScheduleState.Terminating when ActiveJob(schedule) is null:
                Complete(schedule);
                break;
            case JobScheduleState.Active when ActiveJob(schedule) is null && schedule.DueSince is null
                && ((schedule.NextRunTime is null && schedule.JobCount > 0) || account.Now >= schedule.DoNotRunAfter
                    || (schedule.NextRunTime is null && schedule.RecurrenceInterval is null)):
                Complete(schedule);
                break;
        }
    }

    private void Complete(JobSchedule schedule)
    {
        (schedule.NextRunTime, schedule.EndTime) = (null, account.Now);
        Enter(schedule, JobScheduleState.Completed);
        End(schedule);
    }

    private void End(JobSchedule schedule)
    {
        if (schedule.AutoPoolId is { } poolId)
        {
            schedule.AutoPoolId = null;
            autoPools.Release(poolId, schedule.Definition.Object("jobSpecification")!);
        }
    }

    private void Enter(JobSchedule schedule, string state)
    {
        schedule.State.Enter(state, account.Now);
        NextPlan(schedule);
        account.Touched(schedule);
    }

    private long NextPlan(JobSchedule schedule)
    {
        account.Undo(() => schedule.Plans--);
        return ++schedule.Plans;
    }
}
