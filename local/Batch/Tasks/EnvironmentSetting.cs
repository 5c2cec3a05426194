namespace Azure.Compute.Batch;

/// <summary>An environment variable.</summary>
public class EnvironmentSetting
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    public EnvironmentSetting(string name)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
    }

    internal EnvironmentSetting()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Value.</summary>
    public string Value { get; set; }
}
