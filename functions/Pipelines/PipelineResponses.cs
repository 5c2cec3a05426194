using System.Net;
using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker.Http;

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
            new { Type = "about:blank", Title = title, Status = (int)HttpStatusCode.BadRequest, Detail = $"{errors.Count} error(s), listed in errors.", Errors = errors });

    public static Task<HttpResponseData> NoSuchRunAsync(this HttpRequestData request, string runId) =>
        request.ProblemAsync(HttpStatusCode.NotFound, "There is no such run.", $"No run has the id '{runId}'.");

    private static async Task<HttpResponseData> WriteAsync<T>(HttpRequestData request, HttpStatusCode status, string type, T document)
    {
        HttpResponseData response = request.CreateResponse();
        response.StatusCode = status;
        response.Headers.Add("Content-Type", type);
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(document, JsonBlobs.Options), request.FunctionContext.CancellationToken);
        return response;
    }
}
