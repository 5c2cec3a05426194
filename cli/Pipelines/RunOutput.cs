using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>What a completed run came to.</summary>
internal sealed record RunOutput
{
    /// <summary>published, rejected or cancelled.</summary>
    public string? State { get; init; }

    /// <summary>The dataset it trained on.</summary>
    public RunDataset? Dataset { get; init; }

    /// <summary>All trials.</summary>
    public IReadOnlyList<RunTrial> Trials { get; init; } = [];

    /// <summary>The best of them.</summary>
    public RunBest? Best { get; init; }

    /// <summary>The test after training, by metric.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Evaluation { get; init; }

    /// <summary>The published version; null if none was published.</summary>
    public PublishedModel? Model { get; init; }

    /// <summary>The phases with their times.</summary>
    public IReadOnlyList<RunPhase> Phases { get; init; } = [];

    /// <summary>What went wrong on the way.</summary>
    public IReadOnlyList<RunFailure> Failures { get; init; } = [];

    /// <summary>Where the report lies in the container <c>runs</c>.</summary>
    public string? ReportBlob { get; init; }
}
