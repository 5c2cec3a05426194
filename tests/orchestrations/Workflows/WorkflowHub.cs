using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Workflows;

/// <summary>A task hub that runs executions, with histories and waiting tasks in Azurite.</summary>
internal sealed class WorkflowHub : IAsyncDisposable
{
    private WorkflowHub(TaskHub hub, ExecutionLog log, WaitingTasks tasks) => (Hub, Log, Tasks) = (hub, log, tasks);

    public TaskHub Hub { get; }

    public ExecutionLog Log { get; }

    public WaitingTasks Tasks { get; }

    public static async Task<WorkflowHub> StartAsync(Action<DurableTaskRegistry>? functions = null)
    {
        var blobs = await Storage.BlobsAsync();
        var log = new ExecutionLog(blobs);
        var waiting = new WaitingTasks(blobs, TimeProvider.System);
        var hub = await TaskHub.StartAsync(tasks =>
        {
            tasks.AddActivityFunc<RecordExecutionInput>(nameof(RecordExecution), (_, input) => new RecordExecution(log).RunAsync(input, CancellationToken.None));
            tasks.AddActivityFunc<WaitingTask>(nameof(OpenTask), (_, task) => new OpenTask(waiting).RunAsync(task, CancellationToken.None));
            tasks.AddActivityFunc<string>(nameof(CloseTask), (_, token) => new CloseTask(waiting).RunAsync(token, CancellationToken.None));
            tasks.AddActivityFunc<string, DateTime?>(nameof(ReadHeartbeat), (_, token) => new ReadHeartbeat(waiting).RunAsync(token, CancellationToken.None));
            functions?.Invoke(tasks);
        });
        return new WorkflowHub(hub, log, waiting);
    }

    /// <summary>Starts an execution and gives its id.</summary>
    public Task<string> StartAsync(JsonNode definition, JsonNode? input = null)
    {
        var id = Storage.NewName("exec");
        return Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(WorkflowOrchestrator),
            new WorkflowInput(id, "machine", 1, Element(definition), new Dictionary<string, string>(), Element(input)),
            new StartOrchestrationOptions(id),
            Hub.Timeout);
    }

    /// <summary>Waits until an execution has ended.</summary>
    public async Task<WorkflowResult> EndAsync(string id)
    {
        var ended = await Hub.UntilAsync(id, instance => instance.IsCompleted);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<WorkflowResult>()!;
    }

    public async Task<WorkflowResult> RunAsync(JsonNode definition, JsonNode? input = null) => await EndAsync(await StartAsync(definition, input));

    /// <summary>The whole history, read in pages of a few events.</summary>
    public async Task<IReadOnlyList<JsonNode>> EventsAsync(string id, int pageSize = 1000)
    {
        var events = new List<JsonNode>();
        for (int? after = 0; after is { } from;)
        {
            var page = await Log.ReadAsync(id, from, pageSize, CancellationToken.None);
            events.AddRange(page.Events.Select(happened => happened!.DeepClone()));
            after = page.NextToken;
        }

        return events;
    }

    public async Task<string> TypesAsync(string id) => string.Join(' ', (await EventsAsync(id)).Select(happened => (string)happened["type"]!));

    /// <summary>Waits until a worker of an activity gets a task.</summary>
    public Task<WaitingTask> TakeAsync(string activity) =>
        Eventually.GetAsync(() => Tasks.TakeAsync(activity, "tester", CancellationToken.None), $"a task of {activity} waits");

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);
}
