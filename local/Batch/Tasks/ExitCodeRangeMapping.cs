namespace Azure.Compute.Batch;

/// <summary>What follows from a range of exit codes.</summary>
public class ExitCodeRangeMapping
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="start">First of the range.</param>
    /// <param name="end">Last of the range, included.</param>
    /// <param name="exitOptions">What follows.</param>
    public ExitCodeRangeMapping(int start, int end, ExitOptions exitOptions)
    {
        Start = start;
        End = end;
        ExitOptions = exitOptions ?? throw new ArgumentNullException(nameof(exitOptions));
    }

    internal ExitCodeRangeMapping()
    {
    }

    /// <summary>First of the range.</summary>
    public int Start { get; set; }

    /// <summary>Last of the range, included.</summary>
    public int End { get; set; }

    /// <summary>What follows.</summary>
    public ExitOptions ExitOptions { get; set; }
}
