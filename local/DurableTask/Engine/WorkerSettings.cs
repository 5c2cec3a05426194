using System.Collections.Immutable;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <summary>What a worker brings along: its tasks, services and options.</summary>
sealed class WorkerSettings
{
    public required DurableTaskWorkerOptions Options { get; init; }

    public required IDurableTaskFactory Factory { get; init; }

    public required IServiceScopeFactory Scopes { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public required ILogger Logger { get; init; }

    public DurableTaskWorkerWorkItemFilters? Filters { get; init; }

    public Func<Exception, IDictionary<string, object?>?>? ExceptionProperties { get; init; }

    public IReadOnlyDictionary<string, object?> Properties { get; init; } = ImmutableDictionary<string, object?>.Empty;

    public DataConverter Converter => Options.DataConverter;

    public bool EnableEntities => Options.EnableEntitySupport;

    public TimeSpan MaximumTimerInterval => Options.MaximumTimerInterval;

    /// <summary>The version of sub-orchestrations started without one.</summary>
    public string DefaultVersion => Options.Versioning?.DefaultVersion ?? string.Empty;
}
