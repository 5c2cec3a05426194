namespace Azure.Compute.Batch;

/// <summary>What follows from each way of ending.</summary>
public class ExitConditions
{
    /// <summary>Creates one with nothing set.</summary>
    public ExitConditions()
    {
    }

    /// <summary>By single exit codes.</summary>
    public IList<ExitCodeMapping> ExitCodes { get; internal set; } = new UnsetList<ExitCodeMapping>();

    /// <summary>By ranges of exit codes.</summary>
    public IList<ExitCodeRangeMapping> ExitCodeRanges { get; internal set; } = new UnsetList<ExitCodeRangeMapping>();

    /// <summary>When the task could not be started.</summary>
    public ExitOptions PreProcessingError { get; set; }

    /// <summary>When an output file could not be uploaded.</summary>
    public ExitOptions FileUploadError { get; set; }

    /// <summary>In every other case of failure.</summary>
    public ExitOptions Default { get; set; }
}
