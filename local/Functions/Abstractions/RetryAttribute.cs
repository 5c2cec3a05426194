namespace Microsoft.Azure.Functions.Worker;

/// <summary>Base of the attributes that make the host run a failed function again.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    public RetryAttribute() { }

    /// <summary>How many times a failed function is run again; -1 is without end.</summary>
    public int MaxRetryCount { get; set; }
}
