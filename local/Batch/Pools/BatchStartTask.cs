namespace Azure.Compute.Batch;

/// <summary>A task that runs on each node when it joins the pool or restarts.</summary>
public class BatchStartTask
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="commandLine">Command to run; no shell interprets it.</param>
    public BatchStartTask(string commandLine)
    {
        CommandLine = commandLine ?? throw new ArgumentNullException(nameof(commandLine));
    }

    internal BatchStartTask()
    {
    }

    /// <summary>Command to run; no shell interprets it.</summary>
    public string CommandLine { get; set; }

    /// <summary>Container to run the command in.</summary>
    public BatchTaskContainerSettings ContainerSettings { get; set; }

    /// <summary>Files to download before the command runs.</summary>
    public IList<ResourceFile> ResourceFiles { get; internal set; } = new UnsetList<ResourceFile>();

    /// <summary>Environment variables.</summary>
    public IList<EnvironmentSetting> EnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>User the command runs as.</summary>
    public UserIdentity UserIdentity { get; set; }

    /// <summary>How many times a task is retried after a non-zero exit code: 0 for never, -1 for no limit. Recovery after the loss of a node does not count.</summary>
    public int? MaxTaskRetryCount { get; set; }

    /// <summary>Whether tasks wait until it succeeded; true by default.</summary>
    public bool? WaitForSuccess { get; set; }
}
