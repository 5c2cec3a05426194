namespace Microsoft.DurableTask.Entities;

/// <summary>Options for signalling an entity.</summary>
public record SignalEntityOptions
{
    /// <summary>When the signal is to arrive; <c>null</c> means now.</summary>
    public DateTimeOffset? SignalTime { get; init; }

    /// <summary>Default options, whatever the value.</summary>
    public static implicit operator SignalEntityOptions?(bool? value) => value is null ? null : new SignalEntityOptions();

    /// <summary>Options with a time of arrival.</summary>
    public static implicit operator SignalEntityOptions(DateTimeOffset value) => new() { SignalTime = value };
}
