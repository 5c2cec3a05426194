using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Training;

/// <summary>A trial as its custom status and the run's show it.</summary>
/// <param name="Id">The trial.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Objective">The objective as of the last report; null before the first.</param>
/// <param name="Epoch">Epochs trained.</param>
/// <param name="Attempts">Batch tasks made for it so far.</param>
/// <param name="Preemptions">Times its node was taken away.</param>
/// <param name="Dedicated">Whether it has moved to dedicated nodes.</param>
/// <param name="Error">Why it failed, or why its last attempt did.</param>
public sealed record TrialStatus(
    string Id,
    TrialState State,
    double? Objective,
    double? Epoch,
    int Attempts,
    int Preemptions,
    bool Dedicated,
    string? Error)
{
    /// <summary>Its hyperparameters, where they do not follow from the trial's number because the sampler learns from other trials or a person gave them.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>Whose weights it has gone on from, the first first, where its sweep's scheduler is <c>pbt</c>; null: its own alone.</summary>
    public IReadOnlyList<TrialAncestor>? Lineage { get; init; }

    /// <summary>The second objective as of the last report; null where the sweep has one.</summary>
    public double? Second { get; init; }

    /// <summary>Epochs that it was told to train, where its sweep's scheduler decides on that; null: the sweep's budget.</summary>
    public int? Budget { get; init; }

    /// <summary>How long it has been seen on nodes, over all attempts.</summary>
    public TimeSpan OnNodes { get; init; }

    /// <summary>Whether it will change no more.</summary>
    [JsonIgnore]
    public bool HasEnded => State is TrialState.Completed or TrialState.Failed or TrialState.Stopped or TrialState.Cancelled;

    /// <summary>A trial that was never begun, because its run or its sweep had ended.</summary>
    public static TrialStatus Cancelled(string id, string reason) => NotBegun(id) with { State = TrialState.Cancelled, Error = reason };

    /// <summary>A trial that has not begun.</summary>
    public static TrialStatus NotBegun(string id) => new(id, TrialState.Waiting, null, null, 0, 0, false, null);
}

/// <summary>A trial from whose checkpoint another has gone on, with parameters near that one's.</summary>
/// <param name="Trial">The trial that it followed.</param>
/// <param name="Epoch">The epoch at which.</param>
public sealed record TrialAncestor(string Trial, int Epoch)
{
    /// <summary>What the trial that follows had trained with until then; left out of statuses.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Replaced { get; init; }
}
