using System.Net;
using System.Text.Json;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Schedules;
using DurableMl.Orchestrations.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Schedules;

/// <summary><c>api/schedules</c>: when workflows and pipelines are started by themselves.</summary>
/// <param name="store">The schedules.</param>
/// <param name="workflows">The workflows that they may name.</param>
public sealed class ManageSchedules(ScheduleStore store, WorkflowStore workflows)
{
    private const int MaxBytes = 256 * 1024;

    /// <summary><c>PUT api/schedules/{schedule}</c>: makes a schedule or changes it.</summary>
    [Function(nameof(PutSchedule))]
    public async Task<HttpResponseData> PutSchedule(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/schedules/{schedule}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string schedule,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Schedule.IsName(schedule))
        {
            return await request.ProblemAsync(
                HttpStatusCode.BadRequest, "The schedule's name is not valid.", $"Use lower-case letters, digits and '-', 1 to {Schedule.LongestName} long, beginning with a letter or digit.");
        }

        (Schedule? given, HttpResponseData? refusal) = await request.ReadDocumentAsync<Schedule>("schedule", MaxBytes, cancellationToken);
        if (given is null)
        {
            return refusal!;
        }

        List<PipelineError> errors = [.. given.Check().Select(error => new PipelineError(error.Path, error.Reason))];
        if (given.Workflow is { } workflow && (!WorkflowNames.IsValid(workflow) || (await workflows.ReadAsync(workflow, cancellationToken)).Workflow?.Find(given.Version) is null))
        {
            errors.Add(new PipelineError("$.workflow", $"There is no workflow '{workflow}'{(given.Version is null ? "" : $" with the version '{given.Version}'")}."));
        }

        if (given.Pipeline is { } pipeline)
        {
            errors.AddRange(PipelineReader.Read(JsonSerializer.SerializeToUtf8Bytes(pipeline)).Errors.Select(error => error with { Path = "$.pipeline" + error.Path[1..] }));
        }

        return errors.Count == 0
            ? await request.JsonAsync(HttpStatusCode.OK, await store.PutAsync(client, schedule, given, cancellationToken))
            : await request.InvalidAsync("The schedule is not valid.", errors);
    }

    /// <summary><c>GET api/schedules</c>: all of them, with what they have done.</summary>
    [Function(nameof(ListSchedules))]
    public async Task<HttpResponseData> ListSchedules(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/schedules")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await request.JsonAsync(HttpStatusCode.OK, new ScheduleList(await store.ListAsync(cancellationToken)));
    }

    /// <summary><c>GET api/schedules/{schedule}</c>: one, with what it has done.</summary>
    [Function(nameof(GetSchedule))]
    public async Task<HttpResponseData> GetSchedule(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/schedules/{schedule}")] HttpRequestData request, string schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Schedule.IsName(schedule) && await store.ReadAsync(schedule, cancellationToken) is { } document
            ? await request.JsonAsync(HttpStatusCode.OK, document)
            : await request.NoSuchAsync("schedule", schedule);
    }

    /// <summary><c>DELETE api/schedules/{schedule}</c>: removes one. What it started goes on.</summary>
    [Function(nameof(DeleteSchedule))]
    public async Task<HttpResponseData> DeleteSchedule(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/schedules/{schedule}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string schedule,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Schedule.IsName(schedule) && await store.RemoveAsync(client, schedule, cancellationToken)
            ? request.CreateResponse(HttpStatusCode.NoContent)
            : await request.NoSuchAsync("schedule", schedule);
    }
}

/// <summary>All schedules.</summary>
/// <param name="Schedules">The schedules, by name.</param>
public sealed record ScheduleList(IReadOnlyList<ScheduleDocument> Schedules);
