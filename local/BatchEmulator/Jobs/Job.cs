using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>A job and its tasks.</summary>
internal sealed class Job : Resource
{
    public const string ResourceKind = "job";

    private static readonly Comparer<BatchTask> ByCreation = Comparer<BatchTask>.Create((a, b) => a.Sequence.CompareTo(b.Sequence));

    public StateHistory State { get; set; } = new();

    public DateTimeOffset StartTime { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    public string? PoolId { get; set; }

    public JsonObject? SchedulingError { get; set; }

    public string? TerminateReason { get; set; }

    /// <summary>The job schedule that made it.</summary>
    public string? ScheduleId { get; set; }

    /// <summary>Set while disabling: what becomes of running tasks.</summary>
    public string? DisableTasks { get; set; }

    /// <summary>By node id: where the job has run its preparation task.</summary>
    public Dictionary<string, JobNode> Nodes { get; set; } = [];

    /// <summary>By node id: the preparation or release that runs now.</summary>
    [JsonIgnore]
    public Dictionary<string, JobNodeRun> NodeRuns { get; } = [];

    [JsonIgnore]
    public Dictionary<string, BatchTask> Tasks { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tasks in order of creation.</summary>
    [JsonIgnore]
    public List<BatchTask> Ordered { get; } = [];

    /// <summary>Active tasks whose dependencies are satisfied, in order of creation.</summary>
    [JsonIgnore]
    public SortedDictionary<long, BatchTask> Ready { get; } = [];

    /// <summary>Active tasks whose dependencies are not satisfied.</summary>
    [JsonIgnore]
    public HashSet<BatchTask> Waiting { get; } = [];

    /// <summary>By id of a task: those of <see cref="Waiting"/> that name it; under an empty id, those that name ranges.</summary>
    [JsonIgnore]
    public Dictionary<string, HashSet<BatchTask>> Dependents { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tasks that occupy slots.</summary>
    [JsonIgnore]
    public int RunningTasks { get; set; }

    /// <summary>Tasks not completed.</summary>
    [JsonIgnore]
    public int OpenTasks { get; set; }

    [JsonIgnore]
    public override string Kind => ResourceKind;

    [JsonIgnore]
    public int Priority => Definition.Integer("priority") ?? 0;

    [JsonIgnore]
    public int MaxParallelTasks => Definition.Integer("maxParallelTasks") is { } n and >= 0 ? n : int.MaxValue;

    [JsonIgnore]
    public JsonObject? Manager => Definition.Object("jobManagerTask");

    [JsonIgnore]
    public bool UsesTaskDependencies => Definition.Flag("usesTaskDependencies");

    [JsonIgnore]
    public bool Ended => State.Current is JobState.Terminating or JobState.Completed or JobState.Deleting;

    /// <summary>Whether the task is the job's manager.</summary>
    public bool IsManager(BatchTask task) => string.Equals(Manager?.Text("id"), task.Id, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a task in. Whether it is ready is for <see cref="MakeReady"/>.</summary>
    public void Add(BatchTask task)
    {
        Tasks.Add(task.Id, task);
        var index = Ordered.BinarySearch(task, ByCreation);
        Ordered.Insert(index < 0 ? ~index : index, task);
        if (task.State.Current != TaskState.Completed)
        {
            OpenTasks++;
        }
    }

    /// <summary>Takes the task away.</summary>
    public void Remove(BatchTask task)
    {
        Tasks.Remove(task.Id);
        Ready.Remove(task.Sequence);
        Waiting.Remove(task);
        var index = Ordered.BinarySearch(task, ByCreation);
        if (index >= 0)
        {
            Ordered.RemoveAt(index);
        }

        if (task.State.Current != TaskState.Completed)
        {
            OpenTasks--;
        }
    }

    /// <summary>Lets an active task be scheduled as soon as what it depends on allows.</summary>
    public void MakeReady(BatchTask task)
    {
        if (TaskDependencies.AreSatisfied(this, task))
        {
            Ready[task.Sequence] = task;
            return;
        }

        Waiting.Add(task);
        foreach (var name in TaskDependencies.Names(task))
        {
            if (!Dependents.TryGetValue(name, out var dependents))
            {
                Dependents[name] = dependents = [];
            }

            dependents.Add(task);
        }
    }

    /// <summary>Counts and sorts the tasks anew, by their states and runs.</summary>
    public void Index()
    {
        Ready.Clear();
        Waiting.Clear();
        Dependents.Clear();
        OpenTasks = Ordered.Count(t => t.State.Current != TaskState.Completed);
        RunningTasks = Ordered.Count(t => t.Run is not null);
        foreach (var task in Ordered.Where(t => t.State.Current == TaskState.Active))
        {
            MakeReady(task);
        }
    }
}
