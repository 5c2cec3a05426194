using System.Net;
using System.Text.Json;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>POST api/pipelines/{runId}/cancel</c> and <c>…/approval</c>: a person's word to a run that goes on.</summary>
public static class ManagePipelines
{
    private const int MaxBytes = 16 * 1024;

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Asks a run to stop. It ends its trials' Batch tasks, removes its Batch jobs and completes as cancelled.</summary>
    [Function(nameof(CancelPipeline))]
    public static Task<HttpResponseData> CancelPipeline(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines/{runId}/cancel")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RaiseAsync(request, client, runId, RunEvents.Cancel, request.CancelReason(), cancellationToken);
    }

    /// <summary>Says whether a run may publish: <c>{"approved": true, "by": "…", "comment": "…"}</c>.</summary>
    [Function(nameof(DecidePipeline))]
    public static async Task<HttpResponseData> DecidePipeline(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines/{runId}/approval")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, MaxBytes, cancellationToken) is not { } body)
        {
            return await request.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "The decision is too long.", $"A decision has at most {MaxBytes} bytes.");
        }

        try
        {
            ApprovalDecision? decision = JsonSerializer.Deserialize<ApprovalDecision>(body.Span, Strict);
            return decision is null
                ? await request.InvalidAsync("The decision is not valid.", [new("$", "must be an object, not null")])
                : await RaiseAsync(request, client, runId, RunEvents.Approval, decision, cancellationToken);
        }
        catch (JsonException e)
        {
            return await request.InvalidAsync("The decision is not valid.", [new(e.Path ?? "$", "must be {\"approved\": true or false, \"by\": \"…\", \"comment\": \"…\"}; by and comment may be left out")]);
        }
    }

    private static async Task<HttpResponseData> RaiseAsync(
        HttpRequestData request, DurableTaskClient client, string runId, string name, object payload, CancellationToken cancellationToken)
    {
        if (await client.FindRunAsync(runId, cancellationToken) is not { } run)
        {
            return await request.NoSuchRunAsync(runId);
        }

        if (run.IsCompleted)
        {
            return await request.HasEndedAsync("run", run);
        }

        await client.RaiseEventAsync(runId, name, payload, cancellationToken);
        return await request.JsonAsync(HttpStatusCode.Accepted, RunDocument.Of(run));
    }
}
