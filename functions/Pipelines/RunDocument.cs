using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Blobs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>A run as <c>GET api/pipelines/{runId}</c> shows it, or an import as <c>GET api/imports/{importId}</c> does.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Name">Its pipeline's name; null for an import.</param>
/// <param name="RuntimeStatus">Pending, Running, Suspended, Completed, Failed or Terminated.</param>
/// <param name="CreatedTime">When it was started.</param>
/// <param name="LastUpdatedTime">When something last happened.</param>
/// <param name="CustomStatus">A <see cref="Orchestrations.Runs.RunStatus"/> or <see cref="Orchestrations.Importing.ImportStatus"/>.</param>
/// <param name="Output">A <see cref="Orchestrations.Runs.RunOutput"/> or <see cref="Orchestrations.Importing.ImportOutput"/>; a message where it failed.</param>
public sealed partial record RunDocument(
    string RunId,
    string? Name,
    string RuntimeStatus,
    DateTimeOffset CreatedTime,
    DateTimeOffset LastUpdatedTime,
    JsonElement? CustomStatus,
    JsonElement? Output)
{
    /// <summary>The document of an orchestration with a status put together from several.</summary>
    public static RunDocument Of<T>(OrchestrationMetadata run, T? status)
        where T : class => Of(run) with { CustomStatus = status is null ? null : JsonBlobs.ToElement(status) };

    /// <summary>The document of an orchestration with its own status.</summary>
    public static RunDocument Of(OrchestrationMetadata run)
    {
        ArgumentNullException.ThrowIfNull(run);
        JsonElement? status = Parse(run.SerializedCustomStatus);
        string? name = status is { ValueKind: JsonValueKind.Object } shown && shown.TryGetProperty("pipeline", out JsonElement pipeline) ? pipeline.GetString() : null;
        JsonElement? output = run.RuntimeStatus == OrchestrationRuntimeStatus.Failed
            ? JsonBlobs.ToElement(Reason(run.FailureDetails?.ErrorMessage ?? run.SerializedOutput ?? ""))
            : Parse(run.SerializedOutput);
        return new RunDocument(run.InstanceId, name, run.RuntimeStatus.ToString(), run.CreatedAt, run.LastUpdatedAt, status, output);
    }

    // Some back ends keep a failure as one text that begins with the exception's type, which says nothing to a user.
    private static string Reason(string failure) => ExceptionType().Replace(failure, "");

    [GeneratedRegex(@"^[\w.+`]+Exception: ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExceptionType();

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
