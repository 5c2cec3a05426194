using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>A run as <c>GET api/pipelines/{runId}</c> gives it.</summary>
internal sealed record RunDocument
{
    /// <summary>The run's id.</summary>
    public string? RunId { get; init; }

    /// <summary>The pipeline's name.</summary>
    public string? Name { get; init; }

    /// <summary>How it is: pending, running, suspended, published, rejected, cancelled, failed, terminated or purged.</summary>
    public string? State { get; init; }

    /// <summary>The orchestration's status: Pending, Running, Suspended, Completed, Failed or Terminated.</summary>
    public string? RuntimeStatus { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>How far it is.</summary>
    public RunProgress? CustomStatus { get; init; }

    /// <summary>Where the page about its sweep is, from the host's address; null where no sweep has begun.</summary>
    public string? SweepReport { get; init; }

    /// <summary>What it came to, once it completed; a message if it failed.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>What it came to; null unless it completed.</summary>
    public RunOutput? Result() =>
        RuntimeStatus == "Completed" && Output is { ValueKind: JsonValueKind.Object } output ? output.Deserialize<RunOutput>(JsonSerializerOptions.Web) : null;

    /// <summary>Whether it will change no more.</summary>
    public bool HasEnded => RuntimeStatus is "Completed" or "Failed" or "Terminated" or "Canceled" or "Purged";
}
