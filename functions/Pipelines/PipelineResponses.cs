using System.Net;
using System.Text.Json;
using DurableMl.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>What the pipeline functions answer: JSON documents, and errors as RFC 9457 problems.</summary>
internal static class PipelineResponses
{
    public static Task<HttpResponseData> JsonAsync<T>(this HttpRequestData request, HttpStatusCode status, T document) =>
        WriteAsync(request, status, "application/json; charset=utf-8", document);

    public static Task<HttpResponseData> ProblemAsync(this HttpRequestData request, HttpStatusCode status, string title, string? detail = null) =>
        WriteAsync(request, status, "application/problem+json", new { Type = "about:blank", Title = title, Status = (int)status, Detail = detail });

    public static Task<HttpResponseData> InvalidAsync(this HttpRequestData request, string title, IReadOnlyList<PipelineError> errors) =>
        WriteAsync(
            request,
            HttpStatusCode.BadRequest,
            "application/problem+json",
            new { Type = "about:blank", Title = title, Status = (int)HttpStatusCode.BadRequest, Detail = errors.Count == 1 ? "One error, in errors." : $"{errors.Count} errors, listed in errors.", Errors = errors });

    public static Task<HttpResponseData> InvalidJsonAsync(this HttpRequestData request, string title, IReadOnlyList<JsonProblem> problems) =>
        request.InvalidAsync(title, problems.Select(problem => new PipelineError(problem.Path, problem.Reason)).ToArray());

    /// <summary>413 for a body.</summary>
    public static Task<HttpResponseData> TooLongAsync(this HttpRequestData request, string what, int bytes) =>
        request.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, $"The {what} is too long.", $"It has at most {bytes} bytes.");

    public static Task<HttpResponseData> NoSuchRunAsync(this HttpRequestData request, string runId) => request.NoSuchAsync("run", runId);

    /// <summary>404 for a kind of orchestration, such as a run or an import.</summary>
    public static Task<HttpResponseData> NoSuchAsync(this HttpRequestData request, string kind, string id) =>
        request.ProblemAsync(HttpStatusCode.NotFound, $"There is no such {kind}.", $"No {kind} has the id '{id}'.");

    /// <summary>409 for one that takes nothing any more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">What it is, such as a run.</param>
    /// <param name="instance">It, with its output: that says how it ended.</param>
    public static Task<HttpResponseData> HasEndedAsync(this HttpRequestData request, string kind, OrchestrationMetadata instance) =>
        request.ProblemAsync(HttpStatusCode.Conflict, $"The {kind} has ended.", $"It is {RunDocument.Of(instance).State} since {instance.LastUpdatedAt:O}.");

    /// <summary>Why somebody cancels: what the query says.</summary>
    public static string CancelReason(this HttpRequestData request) => request.Query["reason"] ?? (Caller.Of(request) is { } caller ? $"asked for by {caller}" : "asked for over HTTP");

    /// <summary>Asks an import or a scoring to stop: 202 with the Durable status URLs, 404 where there is none, or 409 where it has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="client">The task hub.</param>
    /// <param name="kind">What it is, such as an import.</param>
    /// <param name="orchestrator">The name of its orchestrator.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public static async Task<HttpResponseData> CancelAsync(
        this HttpRequestData request, DurableTaskClient client, string kind, string orchestrator, string id, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(orchestrator, id, cancellationToken) is not { } instance)
        {
            return await request.NoSuchAsync(kind, id);
        }

        if (instance.IsCompleted)
        {
            return await request.HasEndedAsync(kind, instance);
        }

        await client.RaiseEventAsync(instance, RunEvents.Cancel, request.CancelReason(), cancellationToken);
        return await client.CreateCheckStatusResponseAsync(request, id, cancellationToken);
    }

    private static async Task<HttpResponseData> WriteAsync<T>(HttpRequestData request, HttpStatusCode status, string type, T document)
    {
        HttpResponseData response = request.CreateResponse();
        response.StatusCode = status;
        response.Headers.Add("Content-Type", type);
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(document, JsonBlobs.Options), request.FunctionContext.CancellationToken);
        return response;
    }
}
