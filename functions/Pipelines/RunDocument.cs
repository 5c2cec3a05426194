using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>A run as <c>GET api/pipelines/{runId}</c> shows it, an import as <c>GET api/imports/{importId}</c>, or a scoring as <c>GET api/scores/{scoreId}</c> does.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Name">Its pipeline's name; null for an import or a scoring.</param>
/// <param name="State">pending, running, suspended, published, rejected, completed, cancelled, failed, terminated, or purged where its history is gone.</param>
/// <param name="RuntimeStatus">The orchestration's: Pending, Running, Suspended, Completed, Failed or Terminated.</param>
/// <param name="CreatedTime">When it was started.</param>
/// <param name="LastUpdatedTime">When something last happened.</param>
/// <param name="CustomStatus">A <see cref="Orchestrations.Runs.RunStatus"/>, <see cref="Orchestrations.Importing.ImportStatus"/> or <see cref="Orchestrations.Scoring.ScoreProgress"/>.</param>
/// <param name="Output">A <see cref="Orchestrations.Runs.RunOutput"/>, <see cref="Orchestrations.Importing.ImportOutput"/> or <see cref="Orchestrations.Scoring.ScoreSummary"/>; a message where it failed.</param>
public sealed partial record RunDocument(
    string RunId,
    string? Name,
    string State,
    string RuntimeStatus,
    DateTimeOffset CreatedTime,
    DateTimeOffset LastUpdatedTime,
    JsonElement? CustomStatus,
    JsonElement? Output)
{
    /// <summary>Where the page is that shows what the run's sweep has learned, from the app's address; null where no sweep has begun.</summary>
    public string? SweepReport { get; init; }

    /// <summary>The document of an orchestration with a status put together from several.</summary>
    public static RunDocument Of<T>(OrchestrationMetadata run, T? status)
        where T : class => Of(run) with { CustomStatus = status is null ? null : JsonBlobs.ToElement(status) };

    /// <summary>The document of a run in a list.</summary>
    /// <param name="entry">What the list says.</param>
    /// <param name="run">The run, where it has not ended as far as the list says; null where its history is gone.</param>
    public static RunDocument Of(RunEntry entry, OrchestrationMetadata? run)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string status = entry.State is { } ended ? (ended == RunState.Failed ? nameof(OrchestrationRuntimeStatus.Failed) : nameof(OrchestrationRuntimeStatus.Completed))
            : run?.RuntimeStatus.ToString() ?? "Purged";
        return new RunDocument(
            entry.RunId, entry.Pipeline, Lower(entry.State?.ToString() ?? status), status, entry.StartedAt, run?.LastUpdatedAt ?? entry.ChangedAt, null, null);
    }

    /// <summary>The document of an orchestration with its own status.</summary>
    public static RunDocument Of(OrchestrationMetadata run)
    {
        ArgumentNullException.ThrowIfNull(run);
        JsonElement? status = Parse(run.SerializedCustomStatus);
        string? name = status is { ValueKind: JsonValueKind.Object } shown && shown.TryGetProperty("pipeline", out JsonElement pipeline) ? pipeline.GetString() : null;
        JsonElement? output = run.RuntimeStatus == OrchestrationRuntimeStatus.Failed
            ? JsonBlobs.ToElement(Reason(run.FailureDetails?.ErrorMessage ?? run.SerializedOutput ?? ""))
            : Parse(run.SerializedOutput);
        string state = output is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("state", out JsonElement ended) && ended.ValueKind == JsonValueKind.String
            ? ended.GetString()!
            : Lower(run.RuntimeStatus.ToString());
        return new RunDocument(run.InstanceId, name, state, run.RuntimeStatus.ToString(), run.CreatedAt, run.LastUpdatedAt, status, output);
    }

    // Some back ends keep a failure as one text that begins with the exception's type, which says nothing to a user.
    private static string Reason(string failure) => ExceptionType().Replace(failure, "");

    [GeneratedRegex(@"^[\w.+`]+Exception: ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExceptionType();

    private static string Lower(string state) => state.ToLowerInvariant();

    private static JsonElement? Parse(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Terminated through the Durable HTTP API, whose reason is plain text.
            return JsonBlobs.ToElement(json);
        }
    }
}
