namespace Azure.Compute.Batch;

/// <summary>How a task runs on several nodes at once.</summary>
public class MultiInstanceSettings
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="coordinationCommandLine">Command that every instance runs first; it must end.</param>
    public MultiInstanceSettings(string coordinationCommandLine)
    {
        CoordinationCommandLine = coordinationCommandLine ?? throw new ArgumentNullException(nameof(coordinationCommandLine));
    }

    internal MultiInstanceSettings()
    {
    }

    /// <summary>How many nodes; 1 by default.</summary>
    public int? NumberOfInstances { get; set; }

    /// <summary>Command that every instance runs first; it must end.</summary>
    public string CoordinationCommandLine { get; set; }

    /// <summary>Files for all instances.</summary>
    public IList<ResourceFile> CommonResourceFiles { get; internal set; } = new UnsetList<ResourceFile>();
}
