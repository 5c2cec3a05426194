using System.Globalization;
using System.Net;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Deletion;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>POST api/pipelines/{runId}/cancel</c>, <c>…/approval</c> and <c>…/resume</c>, and <c>DELETE api/pipelines/{runId}</c>: what people say to a run.</summary>
/// <param name="resumer">Resumes runs.</param>
/// <param name="deletion">Deletes runs.</param>
public sealed class ManagePipelines(RunResumer resumer, RunDeletion deletion)
{
    private const int MaxBytes = 16 * 1024;

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

    /// <summary>Says whether a run may publish: <c>{"approved": true, "by": "…", "comment": "…"}</c>; <c>"trial"</c> names another than the best.</summary>
    [Function(nameof(DecidePipeline))]
    public static async Task<HttpResponseData> DecidePipeline(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines/{runId}/approval")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        (ApprovalDecision? decision, HttpResponseData? refusal) = await request.ReadDocumentAsync<ApprovalDecision>("decision", MaxBytes, cancellationToken);
        if (decision is null)
        {
            return refusal!;
        }

        string? caller = Caller.Of(request);
        if (caller is not null && decision.By is not null && decision.By != caller)
        {
            return await request.InvalidAsync("The decision is not valid.", [new("$.by", $"must be left out: you are signed in as {caller}")]);
        }

        // There must be something to decide on before a decision counts.
        if (await client.FindRunAsync(runId, cancellationToken) is { IsCompleted: false } run && run.CustomStatus<RunStatus>()?.Phase is var phase && phase != RunPhase.Approve)
        {
            return await request.ProblemAsync(
                HttpStatusCode.Conflict,
                "The run does not wait for a decision.",
                $"It is in the phase {(phase?.ToString() ?? "ingest").ToLowerInvariant()}. A decision counts once the evaluation is there to see, in the phase approve.");
        }

        if (decision.Trial is { } trial && RunIds.TryTrialIndex(trial) is null)
        {
            return await request.InvalidAsync("The decision is not valid.", [new("$.trial", $"is no trial's id, such as {RunIds.TrialId(3)}")]);
        }

        return await RaiseAsync(request, client, runId, RunEvents.Approval, caller is null ? decision : decision with { By = caller }, cancellationToken);
    }

    /// <summary>
    /// Lets a run that failed or was cancelled go on from the first phase or trial that is not done; <c>?maxFailedTrials=</c> changes how many
    /// trials may fail. Answers 202 with the Durable status URLs, 404 where there was no such run, or 409 where nothing is left to do.
    /// </summary>
    [Function(nameof(ResumePipeline))]
    public async Task<HttpResponseData> ResumePipeline(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/pipelines/{runId}/resume")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        int? most = null;
        if (request.Query["maxFailedTrials"] is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > SweepDefinition.MostTrials)
            {
                return await request.ProblemAsync(HttpStatusCode.BadRequest, "maxFailedTrials is not valid.", $"It must be a number from 0 to {SweepDefinition.MostTrials}, not '{text}'.");
            }

            most = number;
        }

        return await resumer.ResumeAsync(client, runId, most, cancellationToken) switch
        {
            ResumeOutcome.Resumed => await client.CreateCheckStatusResponseAsync(request, runId, cancellationToken),
            ResumeOutcome.StillRunning => await request.ProblemAsync(
                HttpStatusCode.Conflict, "The run is still under way.", "It, or work that it had begun, has not ended yet. Cancel it first, or try again in a minute."),
            ResumeOutcome.Finished => await request.ProblemAsync(HttpStatusCode.Conflict, "Nothing is left to do.", "The run has published its model, or it was rejected. Start another run."),
            _ => await request.NoSuchRunAsync(runId),
        };
    }

    /// <summary>Deletes a run with its trials, checkpoints, logs and histories. Answers 200 with what was removed, 404 where there is no such run, or 409 where it has not ended or a version came from it.</summary>
    [Function(nameof(DeletePipeline))]
    public async Task<HttpResponseData> DeletePipeline(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/pipelines/{runId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await deletion.DeleteAsync(client, runId, cancellationToken) is { } deleted
                ? await request.JsonAsync(HttpStatusCode.OK, deleted)
                : await request.NoSuchRunAsync(runId);
        }
        catch (InUseException e)
        {
            return await request.ProblemAsync(HttpStatusCode.Conflict, "The run is in use.", e.Message);
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

        await client.RaiseEventAsync(run, name, payload, cancellationToken);
        return await request.JsonAsync(HttpStatusCode.Accepted, RunDocument.Of(run));
    }
}
