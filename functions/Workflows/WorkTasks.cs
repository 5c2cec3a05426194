using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Workflows;

/// <summary>What workers and people elsewhere do: take tasks of an activity, give signs of life, and answer.</summary>
/// <param name="tasks">The tasks that wait.</param>
/// <param name="time">The clock.</param>
public sealed class WorkTasks(WaitingTasks tasks, TimeProvider time)
{
    /// <summary>Bytes that the report of a failure may have.</summary>
    internal const int MaxFailureBytes = 64 * 1024;

    private const int LongestWait = 55;
    private const int Listed = 100;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>
    /// <c>POST api/workflows/activities/{activity}/task[?worker=][&amp;waitSeconds=]</c>: gives a worker the oldest task that nobody has taken. Waits for
    /// one if it shall; answers 204 where there is none.
    /// </summary>
    [Function(nameof(GetActivityTask))]
    public async Task<HttpResponseData> GetActivityTask(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/activities/{activity}/task")] HttpRequestData request,
        string activity,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wait = 0;
        if (request.Query["waitSeconds"] is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out wait) || wait > LongestWait))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "waitSeconds is not valid.", $"It must be a number from 0 to {LongestWait}, not '{text}'.");
        }

        if (!WorkflowNames.IsValid(activity))
        {
            return await request.WrongActivityAsync();
        }

        for (var began = time.GetTimestamp(); ;)
        {
            if (await tasks.TakeAsync(activity, request.Query["worker"] ?? Caller.Of(request), cancellationToken) is { } task)
            {
                return await request.JsonAsync(HttpStatusCode.OK, ActivityTask.Of(task));
            }

            if (time.GetElapsedTime(began) + Look > TimeSpan.FromSeconds(wait))
            {
                HttpResponseData response = request.CreateResponse();
                response.StatusCode = HttpStatusCode.NoContent;
                return response;
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary><c>GET api/workflows/activities/{activity}/tasks</c>: what waits for a worker or, under <c>approval</c>, for a person; the oldest 100.</summary>
    [Function(nameof(ListActivityTasks))]
    public async Task<HttpResponseData> ListActivityTasks(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/workflows/activities/{activity}/tasks")] HttpRequestData request,
        string activity,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WorkflowNames.IsValid(activity)
            ? await request.JsonAsync(HttpStatusCode.OK, new ActivityTaskList([.. (await tasks.WaitingAsync(activity, Listed, cancellationToken)).Select(ActivityTask.Of)]))
            : await request.WrongActivityAsync();
    }

    /// <summary><c>POST api/workflows/tasks/{token}/success</c>: ends a task; the body is its result.</summary>
    [Function(nameof(SendTaskSuccess))]
    public async Task<HttpResponseData> SendTaskSuccess(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/tasks/{token}/success")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string token,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (output, refusal) = await request.ReadJsonAsync("result", Interpreter.MaximumOutputBytes, "{}", cancellationToken);
        return output is { } result
            ? await AnswerAsync(request, client, token, new TaskAnswer(IsFailure: false, JsonSerializer.SerializeToNode(result)), cancellationToken)
            : refusal!;
    }

    /// <summary><c>POST api/workflows/tasks/{token}/failure</c> with <c>{"error": "…", "cause": "…"}</c>: lets a task fail.</summary>
    [Function(nameof(SendTaskFailure))]
    public async Task<HttpResponseData> SendTaskFailure(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/tasks/{token}/failure")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string token,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (failure, refusal) = await request.ReadDocumentAsync("body", MaxFailureBytes, cancellationToken, whenEmpty: new TaskFailure());
        return failure is not null
            ? await AnswerAsync(request, client, token, new TaskAnswer(IsFailure: true, null, failure.Error, failure.Cause), cancellationToken)
            : refusal!;
    }

    /// <summary><c>POST api/workflows/tasks/{token}/heartbeat</c>: a worker is still at it.</summary>
    [Function(nameof(SendTaskHeartbeat))]
    public async Task<HttpResponseData> SendTaskHeartbeat(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/tasks/{token}/heartbeat")] HttpRequestData request,
        string token,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await ReceiveAsync(request, WaitingTasks.IsToken(token) ? await tasks.BeatAsync(token, cancellationToken) : TaskReception.Unknown);
    }

    private async Task<HttpResponseData> AnswerAsync(
        HttpRequestData request, DurableTaskClient client, string token, TaskAnswer answer, CancellationToken cancellationToken) => await ReceiveAsync(
            request, WaitingTasks.IsToken(token) ? await tasks.AnswerAsync(client, token, answer, cancellationToken) : TaskReception.Unknown);

    private static Task<HttpResponseData> ReceiveAsync(HttpRequestData request, TaskReception reception) => reception switch
    {
        TaskReception.Taken => request.JsonAsync(HttpStatusCode.OK, new JsonObject()),
        TaskReception.Answered => request.ProblemAsync(HttpStatusCode.Conflict, "The task has an answer already.", "A token is good for one answer."),
        _ => request.ProblemAsync(
            HttpStatusCode.NotFound, "No such task waits.", "It has ended, was given up after its timeout, or never was. Ask for the next task."),
    };
}

/// <summary>A task as a worker gets it.</summary>
/// <param name="TaskToken">What signs of life and the answer must name.</param>
/// <param name="Input">What to work on.</param>
/// <param name="ExecutionId">The execution that waits.</param>
/// <param name="Workflow">Its workflow.</param>
/// <param name="State">Its state.</param>
/// <param name="OpenedAt">When it began to wait.</param>
/// <param name="Deadline">When it is given up; left out for never.</param>
/// <param name="HeartbeatSeconds">How long a worker may be silent; left out for as long as it likes.</param>
internal sealed record ActivityTask(
    string TaskToken, JsonNode? Input, string ExecutionId, string Workflow, string State, DateTime OpenedAt, DateTime? Deadline, double? HeartbeatSeconds)
{
    public static ActivityTask Of(WaitingTask task) =>
        new(task.Token, task.Input, task.ExecutionId, task.Workflow, task.State, task.OpenedAt, task.Deadline, task.HeartbeatSeconds);
}

/// <param name="Tasks">The tasks, oldest first.</param>
internal sealed record ActivityTaskList(IReadOnlyList<ActivityTask> Tasks);

/// <param name="Error">The name of the error, which Retry and Catch look at; left out for none.</param>
/// <param name="Cause">What happened, for people.</param>
internal sealed record TaskFailure(string? Error = null, string? Cause = null);
