namespace Microsoft.DurableTask.Sqlite;

/// <summary>Options of the engine on one SQLite file. The first worker or client to open a file decides for all in its process.</summary>
public sealed class SqliteTaskHubOptions
{
    /// <summary>The file; it and its folder are created when missing.</summary>
    public string Path { get; set; } = "durabletask.db";

    /// <summary>
    /// Whether each group commit waits for the disk. <c>false</c> (default): an acknowledged commit survives the death of the process at any
    /// instant, but the last ones may be lost when the machine loses power. <c>true</c>: they survive that too, at one fsync for each group.
    /// </summary>
    public bool SurvivePowerLoss { get; set; }

    /// <summary>Instances kept in memory between turns; the least recently used are dropped and read again when needed. Default 4,096.</summary>
    public int MaxResidentInstances { get; set; } = 4096;

    /// <summary>Terminal instances older than this are purged; <c>null</c> (default) keeps them.</summary>
    public TimeSpan? RetainFor { get; set; }

    /// <summary>When there are more terminal instances than this, the oldest are purged; <c>null</c> (default) keeps them.</summary>
    public int? RetainCount { get; set; }

    /// <summary>How often retention is applied. Default one minute.</summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
