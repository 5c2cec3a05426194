using System.Text.Json;

namespace DurableMl.Cli.Imports;

/// <summary>An import as <c>GET api/imports/{importId}</c> gives it.</summary>
internal sealed record ImportDocument
{
    /// <summary>The orchestration's status: Pending, Running, Completed, Failed or Terminated.</summary>
    public string? RuntimeStatus { get; init; }

    /// <summary>How far it is.</summary>
    public ImportProgress? CustomStatus { get; init; }

    /// <summary>What it came to, once it completed; a message if it failed.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>Whether it will change no more.</summary>
    public bool HasEnded => RuntimeStatus is "Completed" or "Failed" or "Terminated" or "Canceled";

    /// <summary>What it came to; null unless it completed.</summary>
    public ImportResult? Result() =>
        RuntimeStatus == "Completed" && Output is { ValueKind: JsonValueKind.Object } output ? output.Deserialize<ImportResult>(JsonSerializerOptions.Web) : null;
}
