using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Worker;

/// <summary>Options of a worker.</summary>
public class DurableTaskWorkerOptions
{
    DataConverter dataConverter = JsonDataConverter.Default;
    bool dataConverterSet;
    bool enableEntitySupport;
    bool enableEntitySupportSet;
    TimeSpan maximumTimerInterval = TimeSpan.FromDays(3);
    bool maximumTimerIntervalSet;

    /// <summary>How a worker chooses orchestrations by their version.</summary>
    public enum VersionMatchStrategy
    {
        /// <summary>It takes any.</summary>
        None = 0,

        /// <summary>It takes those of exactly its version.</summary>
        Strict = 1,

        /// <summary>It takes those of its version and older ones.</summary>
        CurrentOrOlder = 2,
    }

    /// <summary>What becomes of an orchestration whose version does not match.</summary>
    public enum VersionFailureStrategy
    {
        /// <summary>It is left for another worker.</summary>
        Reject = 0,

        /// <summary>It fails.</summary>
        Fail = 1,
    }

    /// <summary>What turns payloads into text. Default: JSON.</summary>
    public DataConverter DataConverter
    {
        get => dataConverter;
        set => (dataConverter, dataConverterSet) = (value ?? JsonDataConverter.Default, value is not null);
    }

    /// <summary>Whether the worker runs entities.</summary>
    public bool EnableEntitySupport
    {
        get => enableEntitySupport;
        set => (enableEntitySupport, enableEntitySupportSet) = (value, true);
    }

    /// <summary>The longest single timer; a longer one is made of several. Default 3 days.</summary>
    public TimeSpan MaximumTimerInterval
    {
        get => maximumTimerInterval;
        set => (maximumTimerInterval, maximumTimerIntervalSet) = (value, true);
    }

    /// <summary>How much runs at once.</summary>
    public ConcurrencyOptions Concurrency { get; } = new();

    /// <summary>Versioning; <c>null</c> means none.</summary>
    public VersioningOptions? Versioning { get; set; }

    /// <summary>Whether versioning was configured.</summary>
    public bool IsVersioningSet { get; internal set; }

    /// <summary>Decides which orchestrations the worker runs.</summary>
    [Obsolete("Experimental")]
    public IOrchestrationFilter? OrchestrationFilter { get; set; }

    /// <summary>Logging.</summary>
    public LoggingOptions Logging { get; } = new();

    internal void ApplyTo(DurableTaskWorkerOptions other)
    {
        if (!other.dataConverterSet)
        {
            other.DataConverter = DataConverter;
        }

        if (!other.enableEntitySupportSet)
        {
            other.EnableEntitySupport = EnableEntitySupport;
        }

        if (!other.maximumTimerIntervalSet)
        {
            other.MaximumTimerInterval = MaximumTimerInterval;
        }

        other.Concurrency.MaximumConcurrentActivityWorkItems = Concurrency.MaximumConcurrentActivityWorkItems;
        other.Concurrency.MaximumConcurrentOrchestrationWorkItems = Concurrency.MaximumConcurrentOrchestrationWorkItems;
        other.Concurrency.MaximumConcurrentEntityWorkItems = Concurrency.MaximumConcurrentEntityWorkItems;
        other.Versioning = Versioning ?? other.Versioning;
        other.IsVersioningSet |= IsVersioningSet;
        other.Logging.UseLegacyCategories = Logging.UseLegacyCategories;
#pragma warning disable CS0618 // carried over, experimental or not
        other.OrchestrationFilter = OrchestrationFilter ?? other.OrchestrationFilter;
#pragma warning restore CS0618
    }

    /// <summary>How much runs at once.</summary>
    public class ConcurrencyOptions
    {
        /// <summary>Activities at once. Default 100 for each processor.</summary>
        public int MaximumConcurrentActivityWorkItems { get; set; } = 100 * Environment.ProcessorCount;

        /// <summary>Orchestrator turns at once. Default 100 for each processor.</summary>
        public int MaximumConcurrentOrchestrationWorkItems { get; set; } = 100 * Environment.ProcessorCount;

        /// <summary>Entities at once. Default 100 for each processor.</summary>
        public int MaximumConcurrentEntityWorkItems { get; set; } = 100 * Environment.ProcessorCount;
    }

    /// <summary>Versioning of a worker.</summary>
    public class VersioningOptions
    {
        /// <summary>The worker's version.</summary>
        public string Version { get; set; } = string.Empty;

        /// <summary>The version of sub-orchestrations started without one.</summary>
        public string DefaultVersion { get; set; } = string.Empty;

        /// <summary>Which orchestrations the worker takes.</summary>
        public VersionMatchStrategy MatchStrategy { get; set; } = VersionMatchStrategy.None;

        /// <summary>What becomes of the others.</summary>
        public VersionFailureStrategy FailureStrategy { get; set; } = VersionFailureStrategy.Reject;
    }

    /// <summary>Logging of a worker.</summary>
    public class LoggingOptions
    {
        /// <summary>Whether worker logs are also written to the category <c>Microsoft.DurableTask</c>. Default <c>true</c>.</summary>
        public bool UseLegacyCategories { get; set; } = true;
    }
}
