using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask.Client.Entities;

/// <summary>What a client knows of an entity, with its state as text.</summary>
/// <param name="id">The entity's id.</param>
/// <param name="state">The state; <c>null</c> when it has none or it was not fetched.</param>
public sealed class EntityMetadata(EntityInstanceId id, SerializedData? state = null) : EntityMetadata<SerializedData>(id, state);

/// <summary>What a client knows of an entity.</summary>
/// <typeparam name="TState">The type of the state.</typeparam>
public class EntityMetadata<TState>
{
    readonly TState? state;

    /// <summary>Initializes metadata without state.</summary>
    public EntityMetadata(EntityInstanceId id) => Id = id;

    /// <summary>Initializes metadata; a state of <c>null</c> counts as none.</summary>
    public EntityMetadata(EntityInstanceId id, TState? state)
    {
        Id = id;
        IncludesState = state is not null;
        this.state = state;
    }

    /// <summary>The entity's id.</summary>
    public EntityInstanceId Id { get; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTimeOffset LastModifiedTime { get; init; }

    /// <summary>Operations that wait for it.</summary>
    public int BacklogQueueSize { get; init; }

    /// <summary>The orchestration that has locked it, if any.</summary>
    public string? LockedBy { get; init; }

    /// <summary>Whether <see cref="State"/> can be read.</summary>
    [MemberNotNullWhen(true, nameof(state))]
    public bool IncludesState { get; }

    /// <summary>The state.</summary>
    /// <exception cref="InvalidOperationException">There is none, or it was not fetched.</exception>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TState State => IncludesState
        ? state
        : throw new InvalidOperationException($"Entity state can only be retrieved when {nameof(IncludesState)} is true.");
}
