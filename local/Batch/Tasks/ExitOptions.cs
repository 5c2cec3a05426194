namespace Azure.Compute.Batch;

/// <summary>What follows from a way of ending.</summary>
public class ExitOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public ExitOptions()
    {
    }

    /// <summary>What happens to the job, if it performs exit options.</summary>
    public BatchJobActionKind? JobAction { get; set; }

    /// <summary>Whether dependent tasks may run.</summary>
    public DependencyAction? DependencyAction { get; set; }
}
