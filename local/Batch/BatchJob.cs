using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A job: tasks that belong together and run on one pool.</summary>
public class BatchJob
{
    internal BatchJob()
    {
    }

    /// <summary>Identifier, unique in the account without regard to case.</summary>
    public string Id { get; private init; }

    /// <summary>Name for people; need not be unique.</summary>
    public string DisplayName { get; private init; }

    /// <summary>Current state.</summary>
    public BatchJobState State { get; private init; }

    internal static BatchJob Read(JsonElement json) => new()
    {
        Id = json.Text("id"),
        DisplayName = json.Text("displayName"),
        State = json.Text("state") is { } state ? new BatchJobState(state) : default,
    };
}

/// <summary>State of a job. Case does not matter; the service may know more values.</summary>
public readonly struct BatchJobState : IEquatable<BatchJobState>
{
    private readonly string _value;

    /// <summary>Names a state, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchJobState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Its tasks can run.</summary>
    public static BatchJobState Active { get; } = new("active");

    /// <summary>It is being deleted with its tasks.</summary>
    public static BatchJobState Deleting { get; } = new("deleting");

    /// <summary>True for the same state.</summary>
    public static bool operator ==(BatchJobState left, BatchJobState right) => left.Equals(right);

    /// <summary>True for different states.</summary>
    public static bool operator !=(BatchJobState left, BatchJobState right) => !left.Equals(right);

    /// <summary>Names a state, known or not.</summary>
    public static implicit operator BatchJobState(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchJobState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchJobState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_value ?? "");

    /// <inheritdoc/>
    public override string ToString() => _value;
}
