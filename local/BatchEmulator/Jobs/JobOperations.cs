using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>The job operations.</summary>
internal sealed class JobOperations(BatchAccount account, JobLifecycle jobs, LinkedStorage storage)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/jobs", CreateAsync);
        routes.MapOperation("GET", "/jobs", ListAsync);
        routes.MapOperation("GET", "/jobs/{jobId}", GetAsync);
        routes.MapOperation("PATCH", "/jobs/{jobId}", UpdateAsync);
        routes.MapOperation("PUT", "/jobs/{jobId}", ReplaceAsync);
        routes.MapOperation("DELETE", "/jobs/{jobId}", DeleteAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/disable", DisableAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/enable", EnableAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/terminate", TerminateAsync);
        routes.MapOperation("GET", "/jobs/{jobId}/taskcounts", TaskCountsAsync);
        routes.MapOperation("GET", "/jobs/{jobId}/jobpreparationandreleasetaskstatus", PreparationStatusAsync);
    }

    /// <summary>The job, or 404.</summary>
    public static Job Find(BatchAccount account, string jobId) => account.Jobs.GetValueOrDefault(jobId) ?? throw BatchErrors.JobNotFound();

    /// <summary>The job if it may be changed: 409 once it is ending.</summary>
    public static Job FindOpen(BatchAccount account, string jobId)
    {
        var job = Find(account, jobId);
        return job.State.Current switch
        {
            JobState.Completed => throw BatchErrors.Conflict("JobCompleted", "The specified job is already in a completed state."),
            JobState.Terminating => throw BatchErrors.Conflict("JobBeingTerminated", "The specified job is being terminated."),
            JobState.Deleting => throw BatchErrors.Conflict("JobBeingDeleted", "The specified job is being deleted."),
            _ => job,
        };
    }

    private async Task CreateAsync(BatchRequest request)
    {
        var definition = await request.BodyAsync("BatchJobCreateOptions");
        JobValidation.Check(definition);
        storage.Check(definition);
        var job = account.Update(() =>
        {
            if (account.Jobs.ContainsKey(definition.Text("id")!))
            {
                throw BatchErrors.Conflict("JobExists", "The specified job already exists.");
            }

            if (definition.Object("poolInfo")!.Text("poolId") is { } poolId)
            {
                PoolOperations.Find(account, poolId, forChange: true);
            }

            return jobs.Create(definition);
        });
        Stamp(request, job);
        request.Http.Response.Headers.Location = $"{request.BaseUrl}/jobs/{job.Id}";
        request.Respond(StatusCodes.Status201Created);
    }

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchJob");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(account.Jobs.Values.OrderBy(j => j.Sequence), j => ListQuery.Key(j.Sequence), j => JobDocument.Write(j, request.BaseUrl))));
    }

    private Task GetAsync(BatchRequest request)
    {
        var (job, document) = account.Read(() =>
        {
            var job = Find(account, request.Id("jobId"));
            request.Check(job);
            return (job, JobDocument.Write(job, request.BaseUrl));
        });
        return request.RespondAsync(job, "BatchJob", document);
    }

    private async Task UpdateAsync(BatchRequest request) => await ChangeAsync(request, await request.BodyAsync("BatchJobUpdateOptions"), replace: false);

    private async Task ReplaceAsync(BatchRequest request)
    {
        // Clients send the job they got: what cannot be changed is left out before the check.
        var body = await request.NodeAsync() as JsonObject ?? throw BatchErrors.InvalidBody("A JSON object (BatchJob) is expected.");
        var changeable = new JsonObject();
        foreach (var name in JobValidation.Changeable)
        {
            changeable.Put(name, body[name]?.DeepClone());
        }

        await ChangeAsync(request, ModelSchema.Current.Read("BatchJob", changeable), replace: true);
    }

    private Task ChangeAsync(BatchRequest request, JsonObject changes, bool replace)
    {
        JobValidation.CheckChanges(changes);
        storage.Check(changes);
        var job = account.Update(() =>
        {
            var job = FindOpen(account, request.Id("jobId"));
            request.Check(job);
            CheckAgainst(job, changes);
            account.Touched(job);
            if (changes.Object("poolInfo") is { } pool)
            {
                job.PoolId = pool.Text("poolId") ?? job.PoolId;
            }

            foreach (var name in JobValidation.Changeable)
            {
                if (replace && name != "poolInfo" && !(name == "onAllTasksComplete" && job.Definition.Text(name) == "terminatejob"))
                {
                    job.Definition.Remove(name);
                }

                job.Definition.Put(name, changes[name]?.DeepClone());
            }

            account.WantScheduling();
            jobs.Watch(job);
            jobs.EndIfComplete(job);
            return job;
        });
        return Done(request, job, StatusCodes.Status200OK);
    }

    private void CheckAgainst(Job job, JsonObject changes)
    {
        if (changes.Object("poolInfo") is { } pool && !JsonNode.DeepEquals(pool, job.Definition["poolInfo"]))
        {
            if (job.State.Current != JobState.Disabled)
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", "The pool of a job can be changed only while the job is disabled.");
            }

            PoolOperations.Find(account, pool.Text("poolId") ?? "", forChange: true);
        }

        if (job.Definition.Text("onAllTasksComplete") == "terminatejob" && changes.Text("onAllTasksComplete") == "noaction")
        {
            throw BatchErrors.InvalidProperty("onAllTasksComplete", "noaction", "Once set to terminatejob it cannot be changed back.");
        }
    }

    private Task DeleteAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var job = Find(account, request.Id("jobId"));
            request.Check(job);
            if (job.State.Current == JobState.Deleting && !request.QueryFlag("force"))
            {
                throw BatchErrors.Conflict("JobBeingDeleted", "The specified job is being deleted.");
            }

            jobs.Delete(job);
        });
        request.Respond(StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private async Task DisableAsync(BatchRequest request)
    {
        var options = await request.BodyAsync("BatchJobDisableOptions");
        var job = account.Update(() =>
        {
            var job = FindOpen(account, request.Id("jobId"));
            request.Check(job);
            if (job.State.Current == JobState.Enabling)
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", "The job is being enabled.");
            }

            jobs.Disable(job, options.Text("disableTasks")!);
            return job;
        });
        await Done(request, job, StatusCodes.Status202Accepted);
    }

    private Task EnableAsync(BatchRequest request)
    {
        var job = account.Update(() =>
        {
            var job = FindOpen(account, request.Id("jobId"));
            request.Check(job);
            jobs.Enable(job);
            return job;
        });
        return Done(request, job, StatusCodes.Status202Accepted);
    }

    private async Task TerminateAsync(BatchRequest request)
    {
        var options = await request.OptionalBodyAsync("BatchJobTerminateOptions");
        var job = account.Update(() =>
        {
            var job = FindOpen(account, request.Id("jobId"));
            request.Check(job);
            jobs.Terminate(job, options?.Text("terminateReason") ?? "UserTerminate");
            return job;
        });
        await Done(request, job, StatusCodes.Status202Accepted);
    }

    private Task TaskCountsAsync(BatchRequest request) =>
        request.RespondAsync(200, account.Read(() => TaskCounts.Write(Find(account, request.Id("jobId")))));

    private Task PreparationStatusAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchJobPreparationAndReleaseTaskStatus");
        return request.RespondAsync(200, account.Read(() =>
        {
            var job = Find(account, request.Id("jobId"));
            return job.Definition.ContainsKey("jobPreparationTask")
                ? query.Page(job.Nodes.Values.OrderBy(n => n.NodeId, StringComparer.Ordinal), n => n.NodeId, n => JobNodeDocument.Write(n, request.BaseUrl))
                : throw BatchErrors.Conflict("JobPreparationTaskNotSpecified", "The specified job has no job preparation task.");
        }));
    }

    private static void Stamp(BatchRequest request, Job job) => request.Stamp(job, $"{request.BaseUrl}/jobs/{job.Id}");

    private static Task Done(BatchRequest request, Job job, int status)
    {
        Stamp(request, job);
        request.Respond(status);
        return Task.CompletedTask;
    }
}
