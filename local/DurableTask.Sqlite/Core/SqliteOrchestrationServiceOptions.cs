using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableTask.Sqlite;

/// <summary>Where a <see cref="SqliteOrchestrationService"/> keeps its state, and its limits.</summary>
public sealed class SqliteOrchestrationServiceOptions
{
    /// <summary>Makes options for a file with the defaults for everything else.</summary>
    /// <param name="path">The database file. It is made when it is missing, and its folder with it.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SqliteOrchestrationServiceOptions(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>The database file, as a full path. A local disk: file locks and the log do not work on network shares.</summary>
    public string Path { get; }

    /// <summary>
    /// Whether what is acknowledged survives a loss of power (the default). Without it, it survives the end of the process however that comes about,
    /// and the file stays sound in any case; the disk is then waited for only now and then.
    /// </summary>
    public bool SurvivePowerLoss { get; set; } = true;

    /// <summary>How many orchestrations run at once, 1 and up. Default: ten for each processor.</summary>
    public int MaxConcurrentOrchestrations { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>How many activities run at once, 1 and up. Default: ten for each processor.</summary>
    public int MaxConcurrentActivities { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>How many entities run at once, 1 and up. Default: ten for each processor.</summary>
    public int MaxConcurrentEntities { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>How many operations an entity gets in one batch, 1 and up; <c>null</c> (the default) for all that wait.</summary>
    public int? MaxEntityOperationBatchSize { get; set; }

    /// <summary>Whether entities come by a queue of their own, as workers outside the process need it. Default: true.</summary>
    public bool UseSeparateQueueForEntityWorkItems { get; set; } = true;

    /// <summary>Whether an orchestration may stay in memory between its turns instead of being replayed. Default: false.</summary>
    public bool ExtendedSessions { get; set; }

    /// <summary>How long an extended session waits for the next message. Default: 30 s.</summary>
    public TimeSpan ExtendedSessionIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many attempts without a result an activity fails for good, 1 and up. Default: 20. A failure that the activity reports is a result.</summary>
    public int MaxActivityAttempts { get; set; } = 20;

    /// <summary>The longest pause before work that was given back is handed out again; pauses begin at 100 ms and double. Default: 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long finished orchestrations are kept; <c>null</c> (the default) for ever.</summary>
    public TimeSpan? RetainFinishedFor { get; set; }

    /// <summary>How many finished orchestrations are kept, the newest ones, 0 and up; <c>null</c> (the default) for all.</summary>
    public int? RetainFinishedCount { get; set; }

    /// <summary>How often finished orchestrations are looked through. Default: 1 min.</summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How much history of running instances is kept in memory, in bytes of its JSON (in memory it takes about three times that). Default: 32 MiB. What is not in memory is read from the file.</summary>
    public long HistoryCacheSize { get; set; } = 32L << 20;

    /// <summary>How much of waiting messages and activities is kept in memory, in bytes of its JSON (in memory it takes about three times that). Default: 32 MiB. What is not in memory is read from the file.</summary>
    public long MessageCacheSize { get; set; } = 32L << 20;

    /// <summary>Up to which size a file is searched for damage when it is opened, in bytes. Default: 64 MiB.</summary>
    public long IntegrityCheckLimit { get; set; } = 64L << 20;

    /// <summary>The clock that timers, signals and retention go by.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the logs go. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        AtLeast(1, MaxConcurrentOrchestrations, nameof(MaxConcurrentOrchestrations));
        AtLeast(1, MaxConcurrentActivities, nameof(MaxConcurrentActivities));
        AtLeast(1, MaxConcurrentEntities, nameof(MaxConcurrentEntities));
        AtLeast(1, MaxEntityOperationBatchSize ?? 1, nameof(MaxEntityOperationBatchSize));
        AtLeast(1, MaxActivityAttempts, nameof(MaxActivityAttempts));
        AtLeast(0, RetainFinishedCount ?? 0, nameof(RetainFinishedCount));
        AtLeast(0, HistoryCacheSize, nameof(HistoryCacheSize));
        AtLeast(0, MessageCacheSize, nameof(MessageCacheSize));
        AtLeast(0, IntegrityCheckLimit, nameof(IntegrityCheckLimit));
        Positive(ExtendedSessionIdleTimeout, nameof(ExtendedSessionIdleTimeout));
        Positive(MaxRetryDelay, nameof(MaxRetryDelay));
        Positive(RetainFinishedFor ?? TimeSpan.MaxValue, nameof(RetainFinishedFor));
        Positive(RetentionInterval, nameof(RetentionInterval));
    }

    private static void AtLeast(long minimum, long value, string name)
    {
        if (value < minimum)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {minimum} or more."), name);
        }
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be a time longer than zero."), name);
        }
    }
}
