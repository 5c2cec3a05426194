using System.Globalization;
using System.Net;
using System.Text.Json;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Workflows;

/// <summary>Executions of workflows: starting, reading and stopping them.</summary>
/// <param name="starter">Starts executions.</param>
/// <param name="log">Their histories.</param>
/// <param name="time">The clock.</param>
public sealed class ManageExecutions(ExecutionStarter starter, ExecutionLog log, TimeProvider time)
{
    private const int PageSize = 100;
    private const int MostEvents = 1000;

    /// <summary>
    /// <c>POST api/workflows/{workflow}/executions[?version=][&amp;executionId=]</c>: starts an execution, whose input is the body and <c>{}</c> where
    /// there is none. Answers 202 with the execution.
    /// </summary>
    [Function(nameof(StartExecution))]
    public async Task<HttpResponseData> StartExecution(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/{workflow}/executions")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string workflow,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        if (request.Query["executionId"] is { } wanted && !RunIds.IsValid(wanted))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The execution's id is not valid.", $"executionId must consist of {RunIds.Shape}.");
        }

        var (input, refusal) = await request.ReadJsonAsync("input", Interpreter.MaximumOutputBytes, "{}", cancellationToken);
        if (input is null)
        {
            return refusal!;
        }

        if (!WorkflowNames.IsValid(workflow))
        {
            return await request.NoSuchWorkflowAsync(workflow);
        }

        var start = await starter.StartAsync(client, workflow, request.Query["version"], request.Query["executionId"], input.Value, cancellationToken);
        if (start.Version is null)
        {
            return await request.NoSuchWorkflowAsync(workflow, request.Query["version"]);
        }

        if (start.Existed)
        {
            return await request.ProblemAsync(
                HttpStatusCode.Conflict, "There is an execution of that id already.", $"Choose another executionId than '{start.ExecutionId}', or none.");
        }

        return start.ExecutionId is { } id
            ? await request.JsonAsync(
                HttpStatusCode.Accepted,
                new ExecutionDocument(id, workflow, start.Version.Version, ExecutionLog.Running, time.GetUtcNow(), null, input, null, null, null, null))
            : await request.InvalidAsync("The definition cannot run here any more.", [.. start.Mistakes.Select(ManageWorkflows.Error)]);
    }

    /// <summary><c>GET api/workflows/{workflow}/executions[?continuationToken=]</c>: a page of executions, newest first.</summary>
    [Function(nameof(ListExecutions))]
    public async Task<HttpResponseData> ListExecutions(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/{workflow}/executions")] HttpRequestData request,
        string workflow,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WorkflowNames.IsValid(workflow)
            ? await request.JsonAsync(HttpStatusCode.OK, await log.ListAsync(workflow, request.Query["continuationToken"], PageSize, cancellationToken))
            : await request.NoSuchWorkflowAsync(workflow);
    }

    /// <summary><c>GET api/workflows/executions/{executionId}</c>: how an execution is doing.</summary>
    [Function(nameof(GetExecution))]
    public static async Task<HttpResponseData> GetExecution(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/executions/{executionId}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string executionId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return await client.FindAsync(nameof(WorkflowOrchestrator), executionId, cancellationToken) is { } execution
            ? await request.JsonAsync(HttpStatusCode.OK, ExecutionDocument.Of(execution))
            : await request.NoSuchAsync("execution", executionId);
    }

    /// <summary>
    /// <c>GET api/workflows/executions/{executionId}/history[?maxResults=][&amp;nextToken=]</c>: what has happened, oldest first, as AWS's operation
    /// GetExecutionHistory shows it.
    /// </summary>
    [Function(nameof(GetExecutionHistory))]
    public async Task<HttpResponseData> GetExecutionHistory(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/executions/{executionId}/history")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string executionId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        if (!TryRead(request.Query["maxResults"], 1, MostEvents, MostEvents, out var most) || !TryRead(request.Query["nextToken"], 0, int.MaxValue, 0, out var after))
        {
            return await request.ProblemAsync(
                HttpStatusCode.BadRequest, "The query is not valid.", $"maxResults must be a number from 1 to {MostEvents}, nextToken what the page before said.");
        }

        return await client.FindAsync(nameof(WorkflowOrchestrator), executionId, cancellationToken) is null
            ? await request.NoSuchAsync("execution", executionId)
            : await request.JsonAsync(HttpStatusCode.OK, await log.ReadAsync(executionId, after, most, cancellationToken));
    }

    /// <summary>
    /// <c>POST api/workflows/executions/{executionId}/stop</c>, with <c>{"error": "…", "cause": "…"}</c> or without: ends an execution as aborted.
    /// Answers 202, 404 where there is no such execution, or 409 where it has ended.
    /// </summary>
    [Function(nameof(StopExecution))]
    public static async Task<HttpResponseData> StopExecution(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/executions/{executionId}/stop")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string executionId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        var (stop, refusal) = await request.ReadDocumentAsync("body", WorkTasks.MaxFailureBytes, cancellationToken, whenEmpty: new StopRequest());
        if (stop is null)
        {
            return refusal!;
        }

        if (await client.FindAsync(nameof(WorkflowOrchestrator), executionId, cancellationToken) is not { } execution)
        {
            return await request.NoSuchAsync("execution", executionId);
        }

        if (execution.IsCompleted)
        {
            return await request.ProblemAsync(
                HttpStatusCode.Conflict, "The execution has ended.", $"It is {ExecutionDocument.Of(execution).Status} since {execution.LastUpdatedAt:O}.");
        }

        await client.RaiseEventAsync(execution, WorkflowOrchestrator.Stop, stop, cancellationToken);
        return await request.JsonAsync(HttpStatusCode.Accepted, ExecutionDocument.Of(execution));
    }

    /// <summary>
    /// <c>POST api/workflows/executions/{executionId}/redrive</c>: lets an execution that has not succeeded go on from the state in which it ended.
    /// Answers 202, 404 where there is no such execution, or 409 where there is nothing to redrive.
    /// </summary>
    [Function(nameof(RedriveExecution))]
    public async Task<HttpResponseData> RedriveExecution(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/executions/{executionId}/redrive")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string executionId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await client.FindAsync(nameof(WorkflowOrchestrator), executionId, cancellationToken) is not { } execution)
        {
            return await request.NoSuchAsync("execution", executionId);
        }

        var document = ExecutionDocument.Of(execution);
        return await starter.RedriveAsync(client, execution, cancellationToken)
            ? await request.JsonAsync(HttpStatusCode.Accepted, document with { Status = ExecutionLog.Running, StopDate = null, Error = null, Cause = null })
            : await request.ProblemAsync(HttpStatusCode.Conflict, "The execution cannot be redriven.", $"It is {document.Status}; one that failed, timed out or was stopped in a state can be.");
    }

    private static bool TryRead(string? text, int least, int most, int standard, out int number)
    {
        number = standard;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }
}

/// <summary>An execution as <c>GET api/workflows/executions/{executionId}</c> shows it.</summary>
/// <param name="ExecutionId">Its id.</param>
/// <param name="Workflow">The workflow.</param>
/// <param name="Version">The version that it runs.</param>
/// <param name="Status">RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.</param>
/// <param name="StartDate">When it began.</param>
/// <param name="StopDate">When it ended; left out while it goes on.</param>
/// <param name="Input">Its input.</param>
/// <param name="Output">Its output; left out unless it succeeded.</param>
/// <param name="Error">The name of the error that it ended with.</param>
/// <param name="Cause">What happened, for people.</param>
/// <param name="HistoryProblem">Why its history is incomplete; left out where it is whole.</param>
public sealed record ExecutionDocument(
    string ExecutionId,
    string? Workflow,
    int? Version,
    string Status,
    DateTimeOffset StartDate,
    DateTimeOffset? StopDate,
    JsonElement? Input,
    JsonElement? Output,
    string? Error,
    string? Cause,
    string? HistoryProblem)
{
    private const string Runtime = "States.Runtime";

    /// <summary>The document of an orchestration with its input and output.</summary>
    public static ExecutionDocument Of(OrchestrationMetadata execution)
    {
        ArgumentNullException.ThrowIfNull(execution);
        var input = execution.ReadInputAs<WorkflowInput>();
        var running = new ExecutionDocument(
            execution.InstanceId, input?.Workflow, input?.Version, ExecutionLog.Running, input?.From?.Started ?? execution.CreatedAt, null, input?.Input, null, null, null, null);
        if (!execution.IsCompleted)
        {
            return running;
        }

        if (execution.RuntimeStatus == OrchestrationRuntimeStatus.Completed && execution.ReadOutputAs<WorkflowResult>() is { } result)
        {
            return running with
            {
                Status = result.Status,
                StartDate = new DateTimeOffset(DateTime.SpecifyKind(result.StartedAt, DateTimeKind.Utc)),
                StopDate = new DateTimeOffset(DateTime.SpecifyKind(result.EndedAt, DateTimeKind.Utc)),
                Output = result.Status == "SUCCEEDED" ? JsonBlobs.ToElement(result.Output) : null,
                Error = result.Error,
                Cause = result.Cause,
                HistoryProblem = result.HistoryProblem,
            };
        }

        // Not the machine failed but what runs it, or somebody ended the orchestration itself.
        var isTerminated = execution.RuntimeStatus == OrchestrationRuntimeStatus.Terminated;
        return running with
        {
            Status = isTerminated ? "ABORTED" : "FAILED",
            StopDate = execution.LastUpdatedAt,
            Error = isTerminated ? null : Runtime,
            Cause = execution.FailureDetails?.ErrorMessage ?? execution.SerializedOutput,
        };
    }
}
