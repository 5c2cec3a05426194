using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>A scoring that a workflow's task starts.</summary>
/// <param name="ScoreId">The scoring's id.</param>
/// <param name="Arguments">What the task gives: <c>model</c>, and what <c>POST api/models/{model}/score</c> takes.</param>
public sealed record ScoringTask(string ScoreId, JsonNode? Arguments);

/// <summary>Activity: checks the request of <c>model:score.sync</c> and settles which version scores.</summary>
/// <param name="registry">The models.</param>
/// <param name="blobs">The data account.</param>
public sealed class PrepareScoringTask(ModelRegistry registry, BlobServiceClient blobs)
{
    /// <summary>Returns what the scoring works on.</summary>
    /// <exception cref="PermanentFailureException">The request is not valid, or there is no such model; the message says why.</exception>
    [Function(nameof(PrepareScoringTask))]
    public async Task<ScoreInput> RunAsync([ActivityTrigger] ScoringTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Arguments?.DeepClone() is not JsonObject request || request["model"] is not JsonValue named || !named.TryGetValue(out string? model))
        {
            throw new PermanentFailureException("$.model must name the model that scores.");
        }

        request.Remove("model");
        if (ScoreRequest.Read(Encoding.UTF8.GetBytes(request.ToJsonString()), out var errors) is not { } score)
        {
            throw new PermanentFailureException($"The request is not valid: {string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}"))}");
        }

        await blobs.GetBlobContainerClient(DataContainers.Runs).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        try
        {
            return score.ToInput(model, await registry.ResolveAsync(model, score.Version ?? ModelAliases.Champion, cancellationToken), task.ScoreId);
        }
        catch (Exception e) when (e is InvalidModelNameException or ModelNotFoundException)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}
