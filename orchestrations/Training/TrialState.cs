using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Training;

/// <summary>Where a trial stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrialState>))]
public enum TrialState
{
    /// <summary>Not begun, or waiting for a node.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Training.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Waiting for a node again, after a failure or a preemption.</summary>
    [JsonStringEnumMemberName("retrying")]
    Retrying,

    /// <summary>Done.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>Given up.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Ended by its sweep's scheduler, since it did too badly.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>Ended because its run was cancelled.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
