using System.Net;
using Azure.Storage.Blobs;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Registry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Inference;

/// <summary><c>POST api/models/{model}/score</c>: scores the tables, images or arrays under a prefix; <c>GET api/scores/{scoreId}</c> and <c>POST …/cancel</c>: how that is doing, and the way to stop it.</summary>
/// <param name="registry">The models.</param>
/// <param name="blobs">The data account.</param>
public sealed class ScoreModel(ModelRegistry registry, BlobServiceClient blobs)
{
    /// <summary>One scoring with its output and its status; 404 where there is no such scoring.</summary>
    [Function(nameof(GetScore))]
    public static async Task<HttpResponseData> GetScore(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/scores/{scoreId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string scoreId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        return await client.FindAsync(nameof(ScoreOrchestrator), scoreId, cancellationToken) is { } score
            ? await request.JsonAsync(HttpStatusCode.OK, RunDocument.Of(score))
            : await request.NoSuchAsync("scoring", scoreId);
    }

    /// <summary>Stops a scoring. What is scored stays; the summary beside it is not written. Answers 202, 404 where there is no such scoring, or 409 where it has ended.</summary>
    [Function(nameof(CancelScore))]
    public static async Task<HttpResponseData> CancelScore(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/scores/{scoreId}/cancel")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string scoreId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        return await request.CancelAsync(client, "scoring", nameof(ScoreOrchestrator), scoreId, cancellationToken);
    }

    /// <summary>Answers 202 with the Durable status URLs, 400 with everything that is wrong, or 404 where there is no such version.</summary>
    [Function(nameof(ScoreModel))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{model}/score")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string model,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        if (await request.ReadBodyAsync(ScoreRequest.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.TooLongAsync("request", ScoreRequest.MaxBytes);
        }

        if (ScoreRequest.Read(body.Span, out var errors) is not { } score)
        {
            return await request.InvalidAsync("The request is not valid.", errors);
        }

        try
        {
            string version = await registry.ResolveAsync(model, score.Version ?? ModelAliases.Champion, cancellationToken);
            string id = "score-" + Guid.NewGuid().ToString("N");
            await blobs.GetBlobContainerClient(DataContainers.Runs).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(ScoreOrchestrator), score.ToInput(model, version, id), new StartOrchestrationOptions(id), cancellationToken);
            return await client.CreateCheckStatusResponseAsync(request, id, cancellationToken);
        }
        catch (InvalidModelNameException e)
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The name is not valid.", e.Message);
        }
        catch (ModelNotFoundException e)
        {
            return await request.ProblemAsync(HttpStatusCode.NotFound, "There is no such model.", e.Message);
        }
    }
}
