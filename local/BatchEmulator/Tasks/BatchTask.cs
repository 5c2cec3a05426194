using System.Text.Json.Serialization;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>A task of a job.</summary>
internal sealed class BatchTask : Resource
{
    public const string ResourceKind = "task";

    public required string JobId { get; init; }

    public StateHistory State { get; set; } = new();

    public TaskExecution Execution { get; set; } = new();

    public TaskLocation? Location { get; set; }

    /// <summary>The instances of a multi-instance task, without the primary.</summary>
    public List<Subtask> Subtasks { get; set; } = [];

    /// <summary>Whether dependents may run now that it is completed.</summary>
    public bool SatisfiesDependents { get; set; }

    /// <summary>Whether its files were removed after the retention time.</summary>
    public bool FilesCleanedUp { get; set; }

    /// <summary>The run that occupies slots, if any.</summary>
    [JsonIgnore]
    public TaskRun? Run { get; set; }

    [JsonIgnore]
    public override string Kind => ResourceKind;

    [JsonIgnore]
    public override string Parent => JobId;

    [JsonIgnore]
    public string CommandLine => Definition.Text("commandLine") ?? "";

    [JsonIgnore]
    public int RequiredSlots => Definition.Integer("requiredSlots") ?? 1;

    /// <summary>The nodes it takes; null for a task that is not multi-instance.</summary>
    [JsonIgnore]
    public int? Instances => Definition.Object("multiInstanceSettings") is { } settings ? settings.Integer("numberOfInstances") ?? 1 : null;

    [JsonIgnore]
    public TimeSpan? MaxWallClockTime => Definition.Object("constraints")?.Duration("maxWallClockTime");

    /// <summary>How long its files stay after completion.</summary>
    [JsonIgnore]
    public TimeSpan? RetentionTime => Definition.Object("constraints") is { } constraints && constraints.ContainsKey("retentionTime")
        ? constraints.Duration("retentionTime")
        : TimeSpan.FromDays(7);
}
