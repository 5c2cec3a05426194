using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Whether a task succeeded. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<BatchTaskExecutionResult>))]
public readonly struct BatchTaskExecutionResult : IEquatable<BatchTaskExecutionResult>, IExtensibleEnum<BatchTaskExecutionResult>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchTaskExecutionResult(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>success</c></summary>
    public static BatchTaskExecutionResult Success { get; } = new("success");

    /// <summary><c>failure</c></summary>
    public static BatchTaskExecutionResult Failure { get; } = new("failure");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(BatchTaskExecutionResult left, BatchTaskExecutionResult right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(BatchTaskExecutionResult left, BatchTaskExecutionResult right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator BatchTaskExecutionResult(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator BatchTaskExecutionResult?(string value) => value is null ? default(BatchTaskExecutionResult?) : new BatchTaskExecutionResult(value);

    static BatchTaskExecutionResult IExtensibleEnum<BatchTaskExecutionResult>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchTaskExecutionResult other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchTaskExecutionResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
