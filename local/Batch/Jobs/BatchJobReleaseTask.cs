namespace Azure.Compute.Batch;

/// <summary>A task that runs at the end of a job on each node that prepared for it.</summary>
public class BatchJobReleaseTask
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="commandLine">Command to run; no shell interprets it.</param>
    public BatchJobReleaseTask(string commandLine)
    {
        CommandLine = commandLine ?? throw new ArgumentNullException(nameof(commandLine));
    }

    internal BatchJobReleaseTask()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; set; }

    /// <summary>Command to run; no shell interprets it.</summary>
    public string CommandLine { get; set; }

    /// <summary>Container to run the command in.</summary>
    public BatchTaskContainerSettings ContainerSettings { get; set; }

    /// <summary>Files to download before the command runs.</summary>
    public IList<ResourceFile> ResourceFiles { get; internal set; } = new UnsetList<ResourceFile>();

    /// <summary>Environment variables.</summary>
    public IList<EnvironmentSetting> EnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>Longest time it may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; set; }

    /// <summary>How long its files stay on the node; 7 days by default.</summary>
    public TimeSpan? RetentionTime { get; set; }

    /// <summary>User the command runs as.</summary>
    public UserIdentity UserIdentity { get; set; }
}
