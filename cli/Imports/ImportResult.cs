namespace DurableMl.Cli.Imports;

/// <summary>What an import came to.</summary>
internal sealed record ImportResult
{
    /// <summary><c>published</c> or <c>cancelled</c>.</summary>
    public string? State { get; init; }

    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>The largest difference from what was expected; null where nothing was.</summary>
    public double? LargestDifference { get; init; }

    /// <summary>Why it was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the model was published without being run; null where it was run.</summary>
    public string? Untried { get; init; }
}
