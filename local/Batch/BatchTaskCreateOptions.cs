using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A task to add to a job.</summary>
public class BatchTaskCreateOptions : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    /// <param name="commandLine">Command to run; no shell interprets it.</param>
    public BatchTaskCreateOptions(string id, string commandLine)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        CommandLine = commandLine ?? throw new ArgumentNullException(nameof(commandLine));
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>Command to run.</summary>
    public string CommandLine { get; }

    /// <summary>Container to run the command in; null to run it on the node itself.</summary>
    public BatchTaskContainerSettings ContainerSettings { get; set; }

    /// <summary>Files to download before the command runs.</summary>
    public IList<ResourceFile> ResourceFiles { get; } = [];

    /// <summary>Environment variables.</summary>
    public IList<EnvironmentSetting> EnvironmentSettings { get; } = [];

    /// <summary>Limits of time and retries.</summary>
    public BatchTaskConstraints Constraints { get; set; }

    /// <summary>How many of its node's task slots it takes; null for one.</summary>
    public int? RequiredSlots { get; set; }

    /// <summary>Makes the task run on several nodes at once; null for one node.</summary>
    public MultiInstanceSettings MultiInstanceSettings { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("id", Id);
        json.Text("displayName", DisplayName);
        json.Text("commandLine", CommandLine);
        json.Object("containerSettings", ContainerSettings);
        json.Array("resourceFiles", ResourceFiles);
        json.Array("environmentSettings", EnvironmentSettings);
        json.Object("constraints", Constraints);
        json.Number("requiredSlots", RequiredSlots);
        json.Object("multiInstanceSettings", MultiInstanceSettings);
    }
}

/// <summary>Limits of a task.</summary>
public class BatchTaskConstraints : IJsonBody
{
    /// <summary>Longest time it may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; set; }

    /// <summary>
    /// How many times it is tried again after a non-zero exit code: 0 for never, -1 for no limit. Recovery after the loss of a node does
    /// not count.
    /// </summary>
    public int? MaxTaskRetryCount { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Duration("maxWallClockTime", MaxWallClockTime);
        json.Number("maxTaskRetryCount", MaxTaskRetryCount);
    }
}

/// <summary>The container that a task runs in.</summary>
public class BatchTaskContainerSettings : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="imageName">Image, as for <c>docker pull</c>.</param>
    public BatchTaskContainerSettings(string imageName) => ImageName = imageName ?? throw new ArgumentNullException(nameof(imageName));

    /// <summary>More options of the container engine's create command.</summary>
    public string ContainerRunOptions { get; set; }

    /// <summary>Image, as for <c>docker pull</c>.</summary>
    public string ImageName { get; set; }

    /// <summary>Working directory in the container.</summary>
    public ContainerWorkingDirectory? WorkingDirectory { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("containerRunOptions", ContainerRunOptions);
        json.Text("imageName", ImageName);
        json.Text("workingDirectory", WorkingDirectory?.ToString());
    }
}

/// <summary>Working directory in a container. Case does not matter; the service may know more values.</summary>
public readonly struct ContainerWorkingDirectory : IEquatable<ContainerWorkingDirectory>
{
    private readonly string _value;

    /// <summary>Names a value, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public ContainerWorkingDirectory(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>The task's own working directory.</summary>
    public static ContainerWorkingDirectory TaskWorkingDirectory { get; } = new("taskWorkingDirectory");

    /// <summary>The directory that the image says.</summary>
    public static ContainerWorkingDirectory ContainerImageDefault { get; } = new("containerImageDefault");

    /// <summary>True for the same value.</summary>
    public static bool operator ==(ContainerWorkingDirectory left, ContainerWorkingDirectory right) => left.Equals(right);

    /// <summary>True for different values.</summary>
    public static bool operator !=(ContainerWorkingDirectory left, ContainerWorkingDirectory right) => !left.Equals(right);

    /// <summary>Names a value, known or not.</summary>
    public static implicit operator ContainerWorkingDirectory(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(ContainerWorkingDirectory other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is ContainerWorkingDirectory other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_value ?? "");

    /// <inheritdoc/>
    public override string ToString() => _value;
}

/// <summary>How a task runs on several nodes at once.</summary>
public class MultiInstanceSettings : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="coordinationCommandLine">Command that every instance runs first; it must end.</param>
    public MultiInstanceSettings(string coordinationCommandLine) =>
        CoordinationCommandLine = coordinationCommandLine ?? throw new ArgumentNullException(nameof(coordinationCommandLine));

    /// <summary>How many nodes; 1 by default.</summary>
    public int? NumberOfInstances { get; set; }

    /// <summary>Command that every instance runs first; it must end.</summary>
    public string CoordinationCommandLine { get; set; }

    /// <summary>Files for all instances.</summary>
    public IList<ResourceFile> CommonResourceFiles { get; } = [];

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Number("numberOfInstances", NumberOfInstances);
        json.Text("coordinationCommandLine", CoordinationCommandLine);
        json.Array("commonResourceFiles", CommonResourceFiles);
    }
}

/// <summary>A file to put on a node before a command runs.</summary>
public class ResourceFile : IJsonBody
{
    /// <summary>Where to download it, with a SAS unless it is public.</summary>
    public Uri HttpUri { get; set; }

    /// <summary>Where to put it, relative to the working directory.</summary>
    public string FilePath { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("httpUrl", HttpUri?.AbsoluteUri);
        json.Text("filePath", FilePath);
    }
}

/// <summary>An environment variable.</summary>
public class EnvironmentSetting : IJsonBody
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    public EnvironmentSetting(string name) => Name = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Value.</summary>
    public string Value { get; set; }

    void IJsonBody.Write(Utf8JsonWriter json)
    {
        json.Text("name", Name);
        json.Text("value", Value);
    }
}
