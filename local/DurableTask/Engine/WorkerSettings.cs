using System.Collections.Immutable;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <summary>What a worker brings along: its tasks, services and options.</summary>
sealed class WorkerSettings
{
    bool stopping;

    public required DurableTaskWorkerOptions Options { get; init; }

    public required IDurableTaskFactory Factory { get; init; }

    public required IServiceScopeFactory Scopes { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public required ILogger Logger { get; init; }

    public DurableTaskWorkerWorkItemFilters? Filters { get; init; }

    public Func<Exception, IDictionary<string, object?>?>? ExceptionProperties { get; init; }

    public IReadOnlyDictionary<string, object?> Properties { get; init; } = ImmutableDictionary<string, object?>.Empty;

    /// <summary>
    /// Whether the worker's host stops. What fails from then on may have failed for that reason, with disposed services or cancelled
    /// tokens, and is not taken for a result: it is done again by the next worker.
    /// </summary>
    public bool IsStopping
    {
        get => Volatile.Read(ref stopping);
        set => Volatile.Write(ref stopping, value);
    }

    public DataConverter Converter => Options.DataConverter;

    public bool EnableEntities => Options.EnableEntitySupport;

    public TimeSpan MaximumTimerInterval => Options.MaximumTimerInterval;

    /// <summary>The version of sub-orchestrations started without one.</summary>
    public string DefaultVersion => Options.Versioning?.DefaultVersion ?? string.Empty;
}
