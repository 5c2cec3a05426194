namespace Azure.Compute.Batch;

/// <summary>A task that starts with its job and may steer it.</summary>
public class BatchJobManagerTask
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    /// <param name="commandLine">Command to run; no shell interprets it.</param>
    public BatchJobManagerTask(string id, string commandLine)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        CommandLine = commandLine ?? throw new ArgumentNullException(nameof(commandLine));
    }

    internal BatchJobManagerTask()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>Command to run; no shell interprets it.</summary>
    public string CommandLine { get; set; }

    /// <summary>Container to run the command in.</summary>
    public BatchTaskContainerSettings ContainerSettings { get; set; }

    /// <summary>Files to download before the command runs.</summary>
    public IList<ResourceFile> ResourceFiles { get; internal set; } = new UnsetList<ResourceFile>();

    /// <summary>Files to upload after the command ran.</summary>
    public IList<OutputFile> OutputFiles { get; internal set; } = new UnsetList<OutputFile>();

    /// <summary>Environment variables.</summary>
    public IList<EnvironmentSetting> EnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>Limits of time and retries.</summary>
    public BatchTaskConstraints Constraints { get; set; }

    /// <summary>Task slots it takes; 1 by default.</summary>
    public int? RequiredSlots { get; set; }

    /// <summary>Whether the job ends with this task; true by default.</summary>
    public bool? KillJobOnCompletion { get; set; }

    /// <summary>User the command runs as.</summary>
    public UserIdentity UserIdentity { get; set; }

    /// <summary>Whether the node runs no other task meanwhile; true by default.</summary>
    public bool? RunExclusive { get; set; }

    /// <summary>Application packages to put on the node.</summary>
    public IList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>Access to the service from within the task.</summary>
    public AuthenticationTokenSettings AuthenticationTokenSettings { get; set; }

    /// <summary>Whether it may run on a spot node; true by default.</summary>
    public bool? AllowLowPriorityNode { get; set; }
}
