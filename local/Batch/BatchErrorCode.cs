namespace Azure.Compute.Batch;

/// <summary>Error codes of the service, for comparison with <see cref="RequestFailedException.ErrorCode"/>. Case does not matter.</summary>
public readonly struct BatchErrorCode : IEquatable<BatchErrorCode>
{
    private readonly string _value;

    /// <summary>Names a code, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchErrorCode(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>There is a job of that id.</summary>
    public static BatchErrorCode JobExists { get; } = new("JobExists");

    /// <summary>The job is being deleted.</summary>
    public static BatchErrorCode JobBeingDeleted { get; } = new("JobBeingDeleted");

    /// <summary>There is a task of that id in the job.</summary>
    public static BatchErrorCode TaskExists { get; } = new("TaskExists");

    /// <summary>The task has completed.</summary>
    public static BatchErrorCode TaskCompleted { get; } = new("TaskCompleted");

    /// <summary>True for the same code.</summary>
    public static bool operator ==(BatchErrorCode left, BatchErrorCode right) => left.Equals(right);

    /// <summary>True for different codes.</summary>
    public static bool operator !=(BatchErrorCode left, BatchErrorCode right) => !left.Equals(right);

    /// <summary>Names a code, known or not.</summary>
    public static implicit operator BatchErrorCode(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchErrorCode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchErrorCode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_value ?? "");

    /// <inheritdoc/>
    public override string ToString() => _value;
}
