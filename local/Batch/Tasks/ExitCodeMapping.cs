namespace Azure.Compute.Batch;

/// <summary>What follows from an exit code.</summary>
public class ExitCodeMapping
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="code">Code for programs.</param>
    /// <param name="exitOptions">What follows.</param>
    public ExitCodeMapping(int code, ExitOptions exitOptions)
    {
        Code = code;
        ExitOptions = exitOptions ?? throw new ArgumentNullException(nameof(exitOptions));
    }

    internal ExitCodeMapping()
    {
    }

    /// <summary>Code for programs.</summary>
    public int Code { get; set; }

    /// <summary>What follows.</summary>
    public ExitOptions ExitOptions { get; set; }
}
