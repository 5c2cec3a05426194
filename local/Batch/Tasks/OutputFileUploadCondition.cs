using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>When files are uploaded. Compared without regard to case; the service may know more values.</summary>
[JsonConverter(typeof(ExtensibleEnumConverter<OutputFileUploadCondition>))]
public readonly struct OutputFileUploadCondition : IEquatable<OutputFileUploadCondition>, IExtensibleEnum<OutputFileUploadCondition>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public OutputFileUploadCondition(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary><c>tasksuccess</c></summary>
    public static OutputFileUploadCondition TaskSuccess { get; } = new("tasksuccess");

    /// <summary><c>taskfailure</c></summary>
    public static OutputFileUploadCondition TaskFailure { get; } = new("taskfailure");

    /// <summary><c>taskcompletion</c></summary>
    public static OutputFileUploadCondition TaskCompletion { get; } = new("taskcompletion");

    /// <summary>Whether both name the same value.</summary>
    public static bool operator ==(OutputFileUploadCondition left, OutputFileUploadCondition right) => left.Equals(right);

    /// <summary>Whether they name different values.</summary>
    public static bool operator !=(OutputFileUploadCondition left, OutputFileUploadCondition right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator OutputFileUploadCondition(string value) => new(value);

    /// <summary>Names a value, known or not; null for null.</summary>
    public static implicit operator OutputFileUploadCondition?(string value) => value is null ? default(OutputFileUploadCondition?) : new OutputFileUploadCondition(value);

    static OutputFileUploadCondition IExtensibleEnum<OutputFileUploadCondition>.Create(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(OutputFileUploadCondition other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is OutputFileUploadCondition other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
