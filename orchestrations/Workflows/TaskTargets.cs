using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Orchestrations.Workflows.Targets;
using DurableMl.Workflows.Execution;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Runs what tasks name: activities, and orchestrations that can be cancelled. Lives in an execution's orchestrator.</summary>
/// <param name="context">The orchestrator's context.</param>
internal sealed class TaskTargets(TaskOrchestrationContext context)
{
    private readonly HashSet<string> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RemoteJob Job, Task<string?> Handle)> begun = new(StringComparer.Ordinal);

    /// <summary>Runs a task to its end.</summary>
    /// <param name="resource">What runs it.</param>
    /// <param name="named">The resource as a text.</param>
    /// <param name="id">By what <see cref="Cancel"/> knows it: where it is an orchestration, its instance id.</param>
    /// <param name="arguments">What it gets.</param>
    /// <exception cref="WorkflowFailure">It failed.</exception>
    public Task<JsonNode?> RunAsync(WorkflowResource resource, string named, string id, JsonNode? arguments) => resource.Kind switch
    {
        ResourceKind.Pipeline => OrchestrateAsync<RunInput, JsonNode>(
            id, nameof(PreparePipelineTask), new PipelineTask(id, JsonSerializer.SerializeToElement(arguments)), nameof(PipelineOrchestrator)),
        ResourceKind.Dataset => ShownAsync(OrchestrateAsync<PlanDatasetInput, DatasetReference>(id, nameof(PrepareDatasetTask), new DatasetTask(id, arguments), nameof(PreprocessOrchestrator))),
        ResourceKind.Job or ResourceKind.Sweep => AnsweredAsync(OrchestrateAsync<TrainingTaskInput, TaskAnswer>(
            id, nameof(PrepareTrainingTask), new TrainingRequest(id, resource.Kind == ResourceKind.Job, arguments), nameof(TrainingTaskOrchestrator))),
        ResourceKind.BatchJob or ResourceKind.ContainerJob => AnsweredAsync(OrchestrateAsync<TaskAnswer>(
            id, nameof(RemoteJobOrchestrator), new RemoteJobRun(JobOf(resource, id, arguments), context.CurrentUtcDateTime))),
        ResourceKind.Scoring => ShownAsync(OrchestrateAsync<ScoreInput, ScoreSummary>(id, nameof(PrepareScoringTask), new ScoringTask(id, arguments), nameof(ScoreOrchestrator))),
        ResourceKind.Evaluation => ShownAsync(EvaluateAsync(arguments)),
        ResourceKind.Publication => ShownAsync(PublishAsync(arguments)),
        ResourceKind.Inference => AnsweredAsync(CallAsync<TaskAnswer>(nameof(InferModel), arguments ?? new JsonObject())),
        ResourceKind.Http => AnsweredAsync(CallAsync<TaskAnswer>(nameof(InvokeHttp), arguments ?? new JsonObject())),
        ResourceKind.Items => AnsweredAsync(CallAsync<TaskAnswer>(nameof(ReadItems), WithResource(arguments, named))),
        ResourceKind.Results => CallAsync<JsonNode>(nameof(WriteResults), arguments ?? new JsonObject()),
        _ => BeginAsync(resource, id, arguments),
    };

    /// <summary>Begins a task that ends by itself at once, or when its token is handed back.</summary>
    /// <exception cref="WorkflowFailure">It could not begin.</exception>
    public Task<JsonNode?> BeginAsync(WorkflowResource resource, string id, JsonNode? arguments) => resource.Kind switch
    {
        ResourceKind.Queue => CallAsync<JsonNode>(nameof(SendMessage), arguments ?? new JsonObject()),
        ResourceKind.BatchJob or ResourceKind.ContainerJob => BeginJobAsync(JobOf(resource, id, arguments)),
        _ => CallAsync<JsonNode>(resource.Name, arguments),
    };

    /// <summary>Ends the job that <see cref="BeginAsync"/> has begun by that id, if it has, once nobody waits for it any more.</summary>
    public async Task EndAsync(string id)
    {
        if (!begun.Remove(id, out var job))
        {
            return;
        }

        try
        {
            await context.CallActivityAsync(nameof(EndRemoteJob), job.Job with { Handle = await job.Handle }, ActivityRetries.Brief);
        }
        catch (WorkflowFailure)
        {
            // It has not begun.
        }
        catch (TaskFailedException)
        {
            // What the task came to counts for more; the service ends the job at its own limit.
        }
    }

    /// <summary>Asks a task to end, if it is one that can and goes on.</summary>
    public void Cancel(string id, string reason)
    {
        if (running.Remove(id))
        {
            context.SendEvent(id, RunEvents.Cancel, reason);
        }
    }

    /// <summary>Asks all to end that go on, and ends the jobs that have been begun.</summary>
    public async Task EndAllAsync(string reason)
    {
        foreach (var id in running.ToList())
        {
            Cancel(id, reason);
        }

        foreach (var id in begun.Keys.ToList())
        {
            await EndAsync(id);
        }
    }

    /// <summary>The failure of a task, by the name that a function's own runtime gives it: the exception's type without its namespace.</summary>
    public static WorkflowFailure Failure(TaskFailedException exception)
    {
        var type = exception.FailureDetails?.ErrorType;
        return new WorkflowFailure(type is null ? ErrorNames.TaskFailed : type[(type.LastIndexOf('.') + 1)..], RootCause.Of(exception));
    }

    private static RemoteJob JobOf(WorkflowResource resource, string id, JsonNode? arguments) => new(id, resource.Kind == ResourceKind.ContainerJob, arguments);

    private static JsonObject WithResource(JsonNode? arguments, string resource)
    {
        var request = arguments?.DeepClone() as JsonObject ?? [];
        request["Resource"] = resource;
        return request;
    }

    private static async Task<JsonNode?> ShownAsync<T>(Task<T?> work) => JsonSerializer.SerializeToNode(await work, JsonBlobs.Options);

    // What tells its failures by the names that the language has for them.
    private static async Task<JsonNode?> AnsweredAsync(Task<TaskAnswer?> work)
    {
        var answer = await work;
        return answer is { IsFailure: false } ? answer.Output : throw new WorkflowFailure(answer?.Error, answer?.Cause);
    }

    private async Task<JsonNode?> BeginJobAsync(RemoteJob job)
    {
        // Known before it has begun: an execution may be stopped meanwhile.
        var handle = CallAsync<string>(nameof(StartRemoteJob), job);
        begun[job.Id] = (job with { Arguments = null }, handle);
        return await handle;
    }

    private async Task<EvaluationResult?> EvaluateAsync(JsonNode? arguments)
    {
        var input = await CallAsync<EvaluateModelInput>(nameof(PrepareModelTask), arguments ?? new JsonObject());
        return await CallAsync<EvaluationResult>(nameof(EvaluateModel), input, ActivityRetries.Brief);
    }

    private async Task<PublishedModel?> PublishAsync(JsonNode? arguments) => await CallAsync<PublishedModel>(
        nameof(PublishTrainedModel), new PublishTask(arguments ?? new JsonObject(), (await EvaluateAsync(arguments))!), ActivityRetries.Brief);

    private async Task<T?> CallAsync<T>(string activity, object? work, TaskOptions? options = null)
    {
        try
        {
            return await context.CallActivityAsync<T?>(activity, work, options);
        }
        catch (TaskFailedException exception)
        {
            throw Failure(exception);
        }
    }

    // A run, or a scoring, with an id by which people find it.
    private async Task<TOutput?> OrchestrateAsync<TInput, TOutput>(string id, string preparation, object task, string orchestrator) =>
        await OrchestrateAsync<TOutput>(id, orchestrator, (await CallAsync<TInput>(preparation, task, ActivityRetries.Brief))!);

    private async Task<TOutput?> OrchestrateAsync<TOutput>(string id, string orchestrator, object input)
    {
        running.Add(id);
        try
        {
            return await context.CallSubOrchestratorAsync<TOutput>(orchestrator, input, new TaskOptions().WithInstanceId(id));
        }
        catch (TaskFailedException exception)
        {
            throw Failure(exception);
        }
        finally
        {
            running.Remove(id);
        }
    }
}
