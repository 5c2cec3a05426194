using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.Entities;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Core.Tracing;
using DurableTask.Sqlite.Dispatch;
using DurableTask.Sqlite.Storage;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite;

/// <summary>
/// The Durable Task framework's storage in one SQLite file: orchestrations, entities, their messages, timers and histories.
/// One process at a time works on a file. The file is opened by the first call and closed by <see cref="StopAsync()"/> or <see cref="DisposeAsync"/>.
/// </summary>
public partial class SqliteOrchestrationService
    : IOrchestrationService, IOrchestrationServiceClient, IOrchestrationServiceQueryClient, IOrchestrationServicePurgeClient, IEntityOrchestrationService, IAsyncDisposable
{
    private readonly SqliteOrchestrationServiceOptions options;
    private readonly ILogger logger;
    private readonly SemaphoreSlim opening = new(1, 1);
    private readonly HistoryCache histories;
    private readonly CompletionWaiters waiters = new();
    private readonly EntityQueries entityQueries;
    private volatile Database? database;
    private volatile Dispatcher? dispatcher;
    private Maintenance? maintenance;
    private bool disposed;

    /// <summary>Makes a service; nothing is opened yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SqliteOrchestrationService(SqliteOrchestrationServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        logger = options.LoggerFactory.CreateLogger("DurableTask.Sqlite");
        histories = new HistoryCache(options.HistoryCacheSize);
        entityQueries = new EntityQueries(this);
        EntityBackendProperties = new EntityBackendProperties
        {
            // Messages are stored in the order they are sent in, and each is delivered once: nothing has to be sorted.
            EntityMessageReorderWindow = TimeSpan.Zero,
            MaxEntityOperationBatchSize = options.MaxEntityOperationBatchSize,
            MaxConcurrentTaskEntityWorkItems = options.MaxConcurrentEntities,
            SupportsImplicitEntityDeletion = true,
            MaximumSignalDelayTime = TimeSpan.MaxValue,
            UseSeparateQueueForEntityWorkItems = options.UseSeparateQueueForEntityWorkItems,
        };
    }

    /// <inheritdoc/>
    public int TaskOrchestrationDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskOrchestrationWorkItems => options.MaxConcurrentOrchestrations;

    /// <inheritdoc/>
    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    /// <inheritdoc/>
    public int TaskActivityDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskActivityWorkItems => options.MaxConcurrentActivities;

    /// <inheritdoc/>
    public EntityBackendProperties EntityBackendProperties { get; }

    /// <inheritdoc/>
    public EntityBackendQueries EntityBackendQueries => entityQueries;

    /// <summary>For how many instances somebody waits.</summary>
    internal int WaiterCount => waiters.Count;

    /// <summary>Opens the file, making it when it is missing.</summary>
    public Task CreateAsync() => CreateAsync(recreateInstanceStore: false);

    /// <inheritdoc cref="CreateAsync()"/>
    /// <param name="recreateInstanceStore">Whether to delete everything in it.</param>
    public async Task CreateAsync(bool recreateInstanceStore)
    {
        var open = await OpenAsync();
        if (recreateInstanceStore)
        {
            await open.Writer.WriteAsync(tables => tables.Clear(), Reset);
        }
    }

    /// <inheritdoc cref="CreateAsync()"/>
    public Task CreateIfNotExistsAsync() => CreateAsync(recreateInstanceStore: false);

    /// <summary>Deletes everything in the file.</summary>
    public Task DeleteAsync() => DeleteAsync(deleteInstanceStore: true);

    /// <inheritdoc cref="DeleteAsync()"/>
    /// <param name="deleteInstanceStore">Must be true: instances and messages are one store.</param>
    /// <exception cref="NotSupportedException">It is false.</exception>
    public async Task DeleteAsync(bool deleteInstanceStore)
    {
        if (!deleteInstanceStore)
        {
            throw new NotSupportedException("Instances and messages are in one file; deleting the one without the other is not supported.");
        }

        await CreateAsync(recreateInstanceStore: true);
    }

    /// <summary>Begins to hand out work, beginning with what a former process left.</summary>
    /// <exception cref="SqliteStorageException">The file cannot be used.</exception>
    public async Task StartAsync()
    {
        var open = await OpenAsync();
        if (dispatcher is not null)
        {
            throw new InvalidOperationException("The service is started already.");
        }

        // On the writer's thread: what is committed after this reaches the dispatcher by itself.
        await open.Writer.WriteAsync(
            tables => tables.Queries.Backlog(),
            backlog =>
            {
                dispatcher = new Dispatcher(options, backlog);
                Log.Started(logger, options.Path, backlog.Messages.Count, backlog.Activities.Count);
            });
        maintenance = new Maintenance(options, open, dispatcher!, Follow, logger);
    }

    /// <inheritdoc cref="StopAsync(bool)"/>
    public Task StopAsync() => StopAsync(isForced: false);

    /// <summary>Hands out no more work, writes what is to be written, and closes the file. A later call opens it again.</summary>
    /// <param name="isForced">Makes no difference: there is nothing to wait for but the disk.</param>
    public async Task StopAsync(bool isForced)
    {
        await opening.WaitAsync();
        try
        {
            await CloseAsync();
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Stops for good.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await opening.WaitAsync();
        try
        {
            disposed = true;
            await CloseAsync();
        }
        finally
        {
            opening.Release();
        }
    }

    /// <inheritdoc/>
    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    /// <summary>None: each instance and activity has a pause of its own, and a pause here would hold up all the others.</summary>
    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 0;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => exception is OperationCanceledException ? 0 : 1;

    /// <inheritdoc/>
    public Task<TaskOrchestrationWorkItem> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(
            EntityBackendProperties.UseSeparateQueueForEntityWorkItems ? InstanceKinds.Orchestrations : InstanceKinds.Both, receiveTimeout, cancellationToken);

    /// <inheritdoc/>
    public Task<TaskOrchestrationWorkItem> LockNextOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(InstanceKinds.Orchestrations, receiveTimeout, cancellationToken);

    /// <inheritdoc/>
    public Task<TaskOrchestrationWorkItem> LockNextEntityWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken) =>
        LockNextAsync(InstanceKinds.Entities, receiveTimeout, cancellationToken);

    /// <summary>Nothing to do: a process that has the file has it until it ends.</summary>
    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState orchestrationState)
    {
        var item = (OrchestrationWorkItem)workItem;
        var newEvents = newOrchestrationRuntimeState.NewEvents;
        var consumed = item.Taken.ConvertAll(message => message.Id);
        var turn = orchestrationState is null
            ? new Turn { Key = item.Slot.Key, Number = item.Turns, Consumed = consumed }
            : new Turn
            {
                Key = item.Slot.Key,
                Number = item.Turns,
                Consumed = consumed,
                State = orchestrationState,
                IsEntity = item.Slot.IsEntity,
                Replaces = item.ExecutionId.Length > 0
                    && !string.Equals(item.ExecutionId, orchestrationState.OrchestrationInstance.ExecutionId, StringComparison.Ordinal),
                Events = EventJson.Write(newEvents),
                Messages = EncodedMessage.From(orchestratorMessages),
                Timers = EncodedMessage.From(timerMessages),
                Activities = EncodedMessage.From(outboundMessages),
                Tags = EventJson.WriteTags(orchestrationState.Tags),
                Failure = EventJson.WritePart(orchestrationState.FailureDetails),
            };

        var effects = await Opened().Writer.WriteAsync(
            tables => tables.Complete(turn),
            effects =>
            {
                Remember(turn, effects, newEvents);
                Follow(effects, item.Slot);
            });
        if (!effects.Applied)
        {
            Log.TurnOvertaken(logger, item.InstanceId);
            item.IsOvertaken = true;
            GiveBack(item, isFailure: false);
            return;
        }

        item.IsSettled = true;
        if (orchestrationState is not null)
        {
            item.Turns++;
            item.ExecutionId = orchestrationState.OrchestrationInstance.ExecutionId;
        }
    }

    /// <inheritdoc/>
    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        GiveBack((OrchestrationWorkItem)workItem, isFailure: dispatcher is { IsStopping: false });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var item = (OrchestrationWorkItem)workItem;

        // One that was fetched while the dispatchers stopped is released without ever being processed.
        GiveBack(item, isFailure: false);
        dispatcher?.Release(item.Slot);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<TaskActivityWorkItem> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        while (await NextActivityAsync(receiveTimeout, cancellationToken) is { } activity)
        {
            try
            {
                var message = activity.Message ?? Opened().Read(queries => queries.Activity(activity.Id));
                if (message is null)
                {
                    // It was deleted with its orchestration in this very moment.
                    continue;
                }

                if (activity.Attempts >= options.MaxActivityAttempts)
                {
                    await GiveUpAsync(activity, message);
                    continue;
                }

                return new ActivityWorkItem
                {
                    Entry = activity,
                    Id = activity.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    TaskMessage = WithTags(message),
                    LockedUntilUtc = DateTime.MaxValue,
                    DeliveryAttempt = activity.Attempts + 1,
                };
            }
            catch
            {
                dispatcher?.Activities.GiveBack(activity, isFailure: false);
                throw;
            }
        }

        return null!;
    }

    /// <summary>Nothing to do: a process that has the file has it until it ends.</summary>
    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    /// <inheritdoc/>
    public Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage) =>
        CompleteActivityAsync(((ActivityWorkItem)workItem).Entry, responseMessage);

    /// <inheritdoc/>
    public async Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        var activity = ((ActivityWorkItem)workItem).Entry;
        if (dispatcher is not { IsStopping: false } running)
        {
            return;
        }

        try
        {
            if (!activity.IsCounted)
            {
                await Opened().Writer.WriteAsync(tables => tables.SetAttempts([(activity.Id, activity.Attempts + 1)]));
            }
        }
        finally
        {
            running.Activities.GiveBack(activity, isFailure: true);
        }
    }

    /// <summary>Says how entities come, before the service is started.</summary>
    /// <param name="separate">See <see cref="SqliteOrchestrationServiceOptions.UseSeparateQueueForEntityWorkItems"/>.</param>
    public void SetUseSeparateQueueForEntityWorkItems(bool separate) => EntityBackendProperties.UseSeparateQueueForEntityWorkItems = separate;
}
