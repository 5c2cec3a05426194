using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>The task operations.</summary>
internal sealed class TaskOperations(BatchAccount account, TaskLifecycle tasks, NodeDirectories directories, LinkedStorage storage)
{
    private const int LargestCollection = 100;
    private const int LargestBody = 1024 * 1024;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/jobs/{jobId}/tasks", CreateAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/addtaskcollection", CreateCollectionAsync);
        routes.MapOperation("GET", "/jobs/{jobId}/tasks", ListAsync);
        routes.MapOperation("GET", "/jobs/{jobId}/tasks/{taskId}", GetAsync);
        routes.MapOperation("PUT", "/jobs/{jobId}/tasks/{taskId}", ReplaceAsync);
        routes.MapOperation("DELETE", "/jobs/{jobId}/tasks/{taskId}", DeleteAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/tasks/{taskId}/terminate", TerminateAsync);
        routes.MapOperation("POST", "/jobs/{jobId}/tasks/{taskId}/reactivate", ReactivateAsync);
    }

    /// <summary>The job and its task, or 404.</summary>
    public static (Job Job, BatchTask Task) Find(BatchAccount account, BatchRequest request)
    {
        var job = JobOperations.Find(account, request.Id("jobId"));
        return (job, job.Tasks.GetValueOrDefault(request.Id("taskId")) ?? throw BatchErrors.TaskNotFound());
    }

    private async Task CreateAsync(BatchRequest request)
    {
        var definition = await request.BodyAsync("BatchTaskCreateOptions");
        var task = account.Update(() => Add(JobOperations.FindOpen(account, request.Id("jobId")), definition));
        Stamp(request, task);
        request.Http.Response.Headers.Location = TaskDocument.Url(task, request.BaseUrl);
        request.Respond(StatusCodes.Status201Created);
    }

    private BatchTask Add(Job job, JsonObject definition)
    {
        TaskValidation.Check(definition, job);
        storage.Check(definition);
        return job.Tasks.ContainsKey(definition.Text("id")!)
            ? throw BatchErrors.Conflict("TaskExists", "The specified task already exists.")
            : tasks.Add(job, definition);
    }

    private async Task CreateCollectionAsync(BatchRequest request)
    {
        if (request.Http.Request.ContentLength > LargestBody)
        {
            throw BatchErrors.TooLarge("A task collection takes at most 1 MB.");
        }

        var body = await request.NodeAsync() as JsonObject ?? throw BatchErrors.InvalidBody("A JSON object (BatchTaskGroup) is expected.");
        var items = body["value"] as JsonArray ?? throw BatchErrors.MissingProperty("value");
        if (items.Count > LargestCollection)
        {
            throw BatchErrors.InvalidProperty("value", null, "A task collection takes at most 100 tasks.");
        }

        // One update, so one commit, for the whole collection; each task has its own result all the same.
        var results = account.Update(() =>
        {
            var job = JobOperations.FindOpen(account, request.Id("jobId"));
            var results = new JsonArray();
            foreach (var item in items)
            {
                results.Add((JsonNode)AddOne(job, item, request.BaseUrl));
            }

            return results;
        });
        await request.RespondAsync(200, new JsonObject
        {
            ["odata.metadata"] = $"{request.BaseUrl}/$metadata#taskaddresult",
            ["value"] = results,
        });
    }

    private JsonObject AddOne(Job job, JsonNode? item, string baseUrl)
    {
        var result = new JsonObject { ["status"] = "success", ["taskId"] = (item as JsonObject)?["id"]?.ToString() ?? "" };
        try
        {
            var task = Add(job, ModelSchema.Current.Read("BatchTaskCreateOptions", item));
            result["eTag"] = task.ETag;
            result["lastModified"] = Iso8601.Time(task.LastModified);
            result["location"] = TaskDocument.Url(task, baseUrl);
        }
        catch (BatchException e)
        {
            result["status"] = e.Status >= 500 ? "servererror" : "clienterror";
            result["error"] = new JsonObject
            {
                ["code"] = e.Code,
                ["message"] = new JsonObject { ["lang"] = "en-US", ["value"] = e.Message },
                ["values"] = new JsonArray([.. e.Values.Select(v => new JsonObject { ["key"] = v.Key, ["value"] = v.Value })]),
            };
        }

        return result;
    }

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchTask");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(JobOperations.Find(account, request.Id("jobId")).Ordered, t => ListQuery.Key(t.Sequence), t => TaskDocument.Write(t, request.BaseUrl, directories))));
    }

    private Task GetAsync(BatchRequest request)
    {
        var (task, document) = account.Read(() =>
        {
            var (_, task) = Find(account, request);
            request.Check(task);
            return (task, TaskDocument.Write(task, request.BaseUrl, directories));
        });
        return request.RespondAsync(task, "BatchTask", document);
    }

    private async Task ReplaceAsync(BatchRequest request)
    {
        // Clients send the task they got; only the constraints can be changed.
        var body = await request.NodeAsync() as JsonObject ?? throw BatchErrors.InvalidBody("A JSON object (BatchTask) is expected.");
        var changeable = new JsonObject();
        changeable.Put("constraints", body["constraints"]?.DeepClone());
        var changes = ModelSchema.Current.Read("BatchTask", changeable);
        var task = account.Update(() =>
        {
            var (_, task) = Find(account, request);
            request.Check(task);
            if (task.State.Current == TaskState.Completed)
            {
                throw BatchErrors.Conflict("TaskCompleted", "The specified task is already in a completed state.");
            }

            task.Definition.Remove("constraints");
            task.Definition.Put("constraints", changes["constraints"]?.DeepClone());
            account.Touched(task);
            return task;
        });
        await Done(request, task, StatusCodes.Status200OK);
    }

    private Task DeleteAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var (job, task) = Find(account, request);
            request.Check(task);
            tasks.Delete(job, task);
        });
        request.Respond(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task TerminateAsync(BatchRequest request)
    {
        var task = account.Update(() =>
        {
            var (job, task) = Find(account, request);
            request.Check(task);
            if (task.State.Current == TaskState.Completed)
            {
                throw BatchErrors.Conflict("TaskCompleted", "The specified task is already in a completed state.");
            }

            tasks.Terminate(job, task);
            return task;
        });
        return Done(request, task, StatusCodes.Status204NoContent);
    }

    private Task ReactivateAsync(BatchRequest request)
    {
        var task = account.Update(() =>
        {
            var job = JobOperations.FindOpen(account, request.Id("jobId"));
            var (_, task) = Find(account, request);
            request.Check(task);
            if (task.State.Current != TaskState.Completed || task.Execution.Result != "failure")
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", "Only a completed task that failed can be reactivated.");
            }

            tasks.Reactivate(job, task);
            return task;
        });
        return Done(request, task, StatusCodes.Status204NoContent);
    }

    private static void Stamp(BatchRequest request, BatchTask task) => request.Stamp(task, TaskDocument.Url(task, request.BaseUrl));

    private static Task Done(BatchRequest request, BatchTask task, int status)
    {
        Stamp(request, task);
        request.Respond(status);
        return Task.CompletedTask;
    }
}
