using System.Collections.Concurrent;
using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.Entities;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Benchmarks;

/// <summary>
/// Stores nothing: what DurableTask.Core itself can do on this machine, which no storage can exceed. It has what the workloads need and no more:
/// no timers, no deduplication, no queries.
/// </summary>
internal sealed class InMemoryOrchestrationService(int concurrency) : IEntityOrchestrationService, IOrchestrationServiceClient
{
    private readonly ConcurrentDictionary<string, Instance> instances = new(StringComparer.Ordinal);
    private readonly Channel<Instance> orchestrations = Channel.CreateUnbounded<Instance>();
    private readonly Channel<Instance> entities = Channel.CreateUnbounded<Instance>();
    private readonly Channel<TaskMessage> activities = Channel.CreateUnbounded<TaskMessage>();

    public int TaskOrchestrationDispatcherCount => 1;

    public int MaxConcurrentTaskOrchestrationWorkItems => concurrency;

    public int TaskActivityDispatcherCount => 1;

    public int MaxConcurrentTaskActivityWorkItems => concurrency;

    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    public EntityBackendProperties EntityBackendProperties { get; } = new()
    {
        MaxConcurrentTaskEntityWorkItems = concurrency,
        MaximumSignalDelayTime = TimeSpan.MaxValue,
        UseSeparateQueueForEntityWorkItems = true,
    };

    public EntityBackendQueries EntityBackendQueries => throw new NotSupportedException();

    public Task CreateAsync() => Task.CompletedTask;

    public Task CreateAsync(bool recreateInstanceStore) => Task.CompletedTask;

    public Task CreateIfNotExistsAsync() => Task.CompletedTask;

    public Task DeleteAsync() => Task.CompletedTask;

    public Task DeleteAsync(bool deleteInstanceStore) => Task.CompletedTask;

    public Task StartAsync() => Task.CompletedTask;

    public Task StopAsync() => Task.CompletedTask;

    public Task StopAsync(bool isForced) => Task.CompletedTask;

    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 0;

    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => 0;

    public Task<TaskOrchestrationWorkItem> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(orchestrations, cancellationToken);

    public Task<TaskOrchestrationWorkItem> LockNextOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(orchestrations, cancellationToken);

    public Task<TaskOrchestrationWorkItem> LockNextEntityWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(entities, cancellationToken);

    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    public Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState orchestrationState)
    {
        var instance = ((WorkItem)workItem).Instance;
        if (orchestrationState is not null)
        {
            if (newOrchestrationRuntimeState.PastEvents.Count == 0)
            {
                instance.Events.Clear();
            }

            instance.Events.AddRange(newOrchestrationRuntimeState.NewEvents);
            if (orchestrationState.OrchestrationStatus is OrchestrationStatus.Completed or OrchestrationStatus.Failed)
            {
                instance.Events.Clear();
                instance.Finished.TrySetResult(orchestrationState);
            }
        }

        foreach (var message in outboundMessages)
        {
            activities.Writer.TryWrite(message);
        }

        foreach (var message in orchestratorMessages)
        {
            Send(message);
        }

        return Task.CompletedTask;
    }

    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var instance = ((WorkItem)workItem).Instance;
        lock (instance)
        {
            instance.IsBusy = false;
            Offer(instance);
        }

        return Task.CompletedTask;
    }

    public async Task<TaskActivityWorkItem> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        var message = await activities.Reader.ReadAsync(cancellationToken);
        return new TaskActivityWorkItem { Id = "activity", TaskMessage = message, LockedUntilUtc = DateTime.MaxValue };
    }

    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    public Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        Send(responseMessage);
        return Task.CompletedTask;
    }

    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem) => Task.CompletedTask;

    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage)
    {
        Send(creationMessage);
        return Task.CompletedTask;
    }

    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[] dedupeStatuses) => CreateTaskOrchestrationAsync(creationMessage);

    public Task SendTaskOrchestrationMessageAsync(TaskMessage message)
    {
        Send(message);
        return Task.CompletedTask;
    }

    public Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages)
    {
        foreach (var message in messages)
        {
            Send(message);
        }

        return Task.CompletedTask;
    }

    public Task<OrchestrationState> WaitForOrchestrationAsync(string instanceId, string executionId, TimeSpan timeout, CancellationToken cancellationToken) =>
        instances.GetOrAdd(instanceId, id => new Instance(id)).Finished.Task.WaitAsync(timeout, cancellationToken);

    public Task ForceTerminateTaskOrchestrationAsync(string instanceId, string reason) => throw new NotSupportedException();

    public Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions) => throw new NotSupportedException();

    public Task<OrchestrationState> GetOrchestrationStateAsync(string instanceId, string executionId) => throw new NotSupportedException();

    public Task<string> GetOrchestrationHistoryAsync(string instanceId, string executionId) => throw new NotSupportedException();

    public Task PurgeOrchestrationHistoryAsync(DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType) =>
        throw new NotSupportedException();

    private static async Task<TaskOrchestrationWorkItem> LockNextAsync(Channel<Instance> ready, CancellationToken cancellationToken)
    {
        var instance = await ready.Reader.ReadAsync(cancellationToken);
        List<TaskMessage> messages;
        lock (instance)
        {
            messages = instance.Waiting;
            instance.Waiting = [];
        }

        var state = new OrchestrationRuntimeState(instance.Events);
        if (state.ExecutionStartedEvent is null)
        {
            Entities.AutoStart(instance.Id, messages);
        }

        return new WorkItem
        {
            Instance = instance,
            InstanceId = instance.Id,
            OrchestrationRuntimeState = state,
            NewMessages = messages,
            LockedUntilUtc = DateTime.MaxValue,
        };
    }

    private void Send(TaskMessage message)
    {
        var instance = instances.GetOrAdd(message.OrchestrationInstance.InstanceId, id => new Instance(id));
        lock (instance)
        {
            instance.Waiting.Add(message);
            Offer(instance);
        }
    }

    private void Offer(Instance instance)
    {
        if (!instance.IsBusy && instance.Waiting.Count > 0)
        {
            instance.IsBusy = true;
            (Entities.IsEntityInstance(instance.Id) ? entities : orchestrations).Writer.TryWrite(instance);
        }
    }

    private sealed class Instance(string id)
    {
        public string Id => id;

        public List<HistoryEvent> Events { get; } = [];

        public List<TaskMessage> Waiting { get; set; } = [];

        public bool IsBusy { get; set; }

        public TaskCompletionSource<OrchestrationState> Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class WorkItem : TaskOrchestrationWorkItem
    {
        public required Instance Instance { get; init; }

        public override bool RestoreOriginalRuntimeStateDuringCompletion => false;
    }
}
