namespace Azure.Compute.Batch;

/// <summary>A task that runs on a node before the first task of a job there.</summary>
public class BatchJobPreparationTask
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="commandLine">Command to run; no shell interprets it.</param>
    public BatchJobPreparationTask(string commandLine)
    {
        CommandLine = commandLine ?? throw new ArgumentNullException(nameof(commandLine));
    }

    internal BatchJobPreparationTask()
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

    /// <summary>Limits of time and retries.</summary>
    public BatchTaskConstraints Constraints { get; set; }

    /// <summary>Whether tasks wait until it succeeded; true by default.</summary>
    public bool? WaitForSuccess { get; set; }

    /// <summary>User the command runs as.</summary>
    public UserIdentity UserIdentity { get; set; }

    /// <summary>Whether it runs again when the node restarts; true by default.</summary>
    public bool? RerunOnNodeRebootAfterSuccess { get; set; }
}
