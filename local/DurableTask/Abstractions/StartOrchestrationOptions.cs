using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>Options for starting an orchestration.</summary>
/// <param name="InstanceId">The instance id; <c>null</c> lets the engine choose one.</param>
/// <param name="StartAt">When to start; <c>null</c> or a past time means now.</param>
public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
{
    /// <summary>Initializes a copy.</summary>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>Tags of the instance.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The version; <c>null</c> takes the client's default.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Names of the runtime statuses in which an existing instance of the same id makes the start fail.</summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
