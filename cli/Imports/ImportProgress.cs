using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Imports;

/// <summary>How far an import is: the custom status of its orchestration.</summary>
internal sealed record ImportProgress
{
    /// <summary>The phase under way; <c>done</c> at the end.</summary>
    public string? Phase { get; init; }

    /// <summary>The conversion, once it has begun.</summary>
    public IReadOnlyList<RunTrial> Trials { get; init; } = [];

    /// <summary>Why it failed or stopped.</summary>
    public string? Error { get; init; }
}
