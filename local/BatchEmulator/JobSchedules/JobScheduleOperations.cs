using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.JobSchedules;

/// <summary>The job schedule operations.</summary>
internal sealed class JobScheduleOperations(BatchAccount account, JobScheduleLifecycle schedules, LinkedStorage storage)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/jobschedules", CreateAsync);
        routes.MapOperation("GET", "/jobschedules", ListAsync);
        routes.MapOperation("GET", "/jobschedules/{jobScheduleId}", GetAsync);
        routes.MapOperation("HEAD", "/jobschedules/{jobScheduleId}", ExistsAsync);
        routes.MapOperation("PATCH", "/jobschedules/{jobScheduleId}", UpdateAsync);
        routes.MapOperation("PUT", "/jobschedules/{jobScheduleId}", ReplaceAsync);
        routes.MapOperation("DELETE", "/jobschedules/{jobScheduleId}", DeleteAsync);
        routes.MapOperation("POST", "/jobschedules/{jobScheduleId}/disable", r => ChangeAsync(r, schedules.Disable, StatusCodes.Status204NoContent));
        routes.MapOperation("POST", "/jobschedules/{jobScheduleId}/enable", r => ChangeAsync(r, schedules.Enable, StatusCodes.Status204NoContent));
        routes.MapOperation("POST", "/jobschedules/{jobScheduleId}/terminate", r => ChangeAsync(r, schedules.Terminate, StatusCodes.Status202Accepted));
        routes.MapOperation("GET", "/jobschedules/{jobScheduleId}/jobs", ListJobsAsync);
    }

    private void Check(JsonObject definition)
    {
        storage.Check(definition);
        if (definition.Object("jobSpecification") is { } job)
        {
            JobValidation.CheckSpecification(job);
        }

        foreach (var name in (string[])["recurrenceInterval", "startWindow"])
        {
            if (definition.Object("schedule")?.Duration(name) < Shortest)
            {
                throw BatchErrors.InvalidProperty("schedule." + name, definition.Object("schedule")!.Text(name), "The value must be at least PT1M.");
            }
        }
    }

    private JobSchedule Find(BatchRequest request) => account.JobSchedules.GetValueOrDefault(request.Id("jobScheduleId")) ?? throw BatchErrors.JobScheduleNotFound();

    private JobSchedule FindOpen(BatchRequest request)
    {
        var schedule = Find(request);
        request.Check(schedule);
        return schedule.State.Current switch
        {
            JobScheduleState.Completed => throw BatchErrors.Conflict("JobScheduleCompleted", "The specified job schedule is completed."),
            JobScheduleState.Terminating => throw BatchErrors.Conflict("JobScheduleBeingTerminated", "The specified job schedule is being terminated."),
            JobScheduleState.Deleting => throw BatchErrors.Conflict("JobScheduleBeingDeleted", "The specified job schedule is being deleted."),
            _ => schedule,
        };
    }

    private async Task CreateAsync(BatchRequest request)
    {
        var definition = await request.BodyAsync("BatchJobScheduleCreateOptions");
        Identifiers.Check("id", definition.Text("id")!);
        Check(definition);
        var schedule = account.Update(() => account.JobSchedules.ContainsKey(definition.Text("id")!)
            ? throw BatchErrors.Conflict("JobScheduleExists", "The specified job schedule already exists.")
            : schedules.Create(definition));
        request.Http.Response.Headers.Location = $"{request.BaseUrl}/jobschedules/{schedule.Id}";
        await Done(request, schedule, StatusCodes.Status201Created);
    }

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchJobSchedule");
        return request.RespondAsync(200, account.Read(() => query.Page(
            account.JobSchedules.Values.OrderBy(s => s.Sequence), s => ListQuery.Key(s.Sequence), s => JobScheduleDocument.Write(s, request.BaseUrl))));
    }

    private Task GetAsync(BatchRequest request)
    {
        var (schedule, document) = account.Read(() =>
        {
            var schedule = Find(request);
            request.Check(schedule);
            return (schedule, JobScheduleDocument.Write(schedule, request.BaseUrl));
        });
        return request.RespondAsync(schedule, "BatchJobSchedule", document);
    }

    private Task ExistsAsync(BatchRequest request)
    {
        var schedule = account.Read(() => Find(request));
        request.Check(schedule);
        return Done(request, schedule, StatusCodes.Status200OK);
    }

    private async Task UpdateAsync(BatchRequest request)
    {
        var changes = await request.BodyAsync("BatchJobScheduleUpdateOptions");
        Check(changes);
        await ChangeAsync(request, schedule => Apply(schedule, changes, replace: false), StatusCodes.Status200OK);
    }

    private async Task ReplaceAsync(BatchRequest request)
    {
        // Clients send the schedule they got: what cannot be changed is left out before the check.
        var body = await request.NodeAsync() as JsonObject ?? throw BatchErrors.InvalidBody("A JSON object (BatchJobSchedule) is expected.");
        var changeable = new JsonObject();
        foreach (var name in (string[])["schedule", "jobSpecification", "metadata"])
        {
            changeable.Put(name, body[name]?.DeepClone());
        }

        var changes = ModelSchema.Current.Read("BatchJobSchedule", changeable);
        Check(changes);
        await ChangeAsync(request, schedule => Apply(schedule, changes, replace: true), StatusCodes.Status200OK);
    }

    private void Apply(JobSchedule schedule, JsonObject changes, bool replace)
    {
        foreach (var name in (string[])["schedule", "jobSpecification", "metadata"])
        {
            if (replace)
            {
                schedule.Definition.Remove(name);
            }

            schedule.Definition.Put(name, changes[name]?.DeepClone());
        }

        if (replace || changes.ContainsKey("schedule"))
        {
            schedules.Begin(schedule);
        }

        account.Touched(schedule);
    }

    private Task DeleteAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var schedule = Find(request);
            request.Check(schedule);
            if (schedule.State.Current == JobScheduleState.Deleting && !request.QueryFlag("force"))
            {
                throw BatchErrors.Conflict("JobScheduleBeingDeleted", "The specified job schedule is being deleted.");
            }

            schedules.Delete(schedule);
        });
        request.Respond(StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private Task ListJobsAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchJob");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(schedules.JobsOf(Find(request)), j => ListQuery.Key(j.Sequence), j => JobDocument.Write(j, request.BaseUrl))));
    }

    private Task ChangeAsync(BatchRequest request, Action<JobSchedule> change, int status) => Done(request, account.Update(() =>
    {
        var schedule = FindOpen(request);
        change(schedule);
        return schedule;
    }), status);

    private static Task Done(BatchRequest request, JobSchedule schedule, int status)
    {
        request.Stamp(schedule, $"{request.BaseUrl}/jobschedules/{schedule.Id}");
        request.Respond(status);
        return Task.CompletedTask;
    }
}
