using System.Collections.Immutable;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Client;

/// <summary>The client of a hub in this process.</summary>
sealed partial class SqliteDurableTaskClient : DurableTaskClient, IDisposable
{
    static readonly OrchestrationRuntimeStatus[] NotTerminal =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    readonly SqliteDurableTaskClientOptions options;
    readonly SqliteTaskHubOptions hubOptions;
    readonly SemaphoreSlim opening = new(1, 1);
    readonly SqliteDurableEntityClient entities;
    TaskHubLease? lease;
    bool disposed;

    public SqliteDurableTaskClient(
        string name, IOptionsMonitor<SqliteDurableTaskClientOptions> options, IOptionsMonitor<SqliteTaskHubOptions> hubOptions)
        : base(name)
    {
        this.options = options.Get(name);
        this.hubOptions = hubOptions.Get(OptionsName(name));
        entities = new SqliteDurableEntityClient(name, Converter, HubAsync);
    }

    public override DurableEntityClient Entities => options.EnableEntitySupport
        ? entities
        : throw new NotSupportedException($"Durable entities are disabled because {nameof(DurableTaskClientOptions)}.{nameof(DurableTaskClientOptions.EnableEntitySupport)}=false");

    DataConverter Converter => options.DataConverter;

    public static string OptionsName(string name) => $"client:{name}";

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        string instanceId = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        long now = hub.Options.TimeProvider.GetUtcNow().UtcTicks;
        string version = options?.Version?.Version ?? this.options.DefaultVersion;
        string execution = Guid.NewGuid().ToString("N");
        using System.Diagnostics.Activity? span = Diagnostics.Tracing.StartCreation(orchestratorName.Name, version, instanceId, execution);
        InstanceRow row = new()
        {
            Id = instanceId,
            Execution = execution,
            Name = orchestratorName.Name,
            Version = version,
            Created = now,
            Updated = now,
            StartAt = options?.StartAt?.UtcTicks ?? 0,
            Input = Payload.Of(Converter.Serialize(input)),
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            Trace = span?.Id ?? System.Diagnostics.Activity.Current?.Id,
        };
        await hub.StartAsync(row, DedupeStatuses(options), cancellation);
        return instanceId;
    }

    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        TaskHub hub = await HubAsync(cancellation);
        using System.Diagnostics.Activity? span = Diagnostics.Tracing.StartEvent(eventName, instanceId);
        await hub.TellAsync(
            instanceId,
            new HistoryRecord(RecordKind.EventRaised)
            {
                Time = Now(hub),
                Name = eventName,
                Payload = Payload.Of(Converter.Serialize(eventPayload)),
            },
            cancellation);
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WaitAsync(instanceId, status => status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WaitAsync(instanceId, InstanceRow.IsTerminalStatus, getInputsAndOutputs, cancellation);

    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        await hub.TellAsync(
            instanceId,
            new HistoryRecord(RecordKind.Terminated)
            {
                Time = Now(hub),
                Payload = Payload.Of(Converter.Serialize(options?.Output)),
                Flags = options?.Recursive == true ? RecordFlags.Recursive : RecordFlags.None,
            },
            cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, RecordKind.Suspended, reason, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, RecordKind.Resumed, reason, cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        return hub.Find(instanceId) is { } row ? Metadata(hub, row, getInputsAndOutputs) : null;
    }

    /// <summary>For containers that are disposed of synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public override async ValueTask DisposeAsync()
    {
        await opening.WaitAsync();
        try
        {
            disposed = true;
            if (lease is not null)
            {
                await lease.DisposeAsync();
                lease = null;
            }
        }
        finally
        {
            opening.Release();
        }
    }

    static long Now(TaskHub hub) => hub.Options.TimeProvider.GetUtcNow().UtcTicks;

    static IReadOnlyCollection<OrchestrationRuntimeStatus> DedupeStatuses(StartOrchestrationOptions? options) =>
        options?.DedupeStatuses is not { } names ? NotTerminal : Checked([.. names.Select(name =>
            Enum.TryParse(name, ignoreCase: true, out OrchestrationRuntimeStatus status)
                ? status
                : throw new ArgumentException($"Invalid orchestration runtime status: '{name}' for deduplication.", nameof(options)))]);

    static List<OrchestrationRuntimeStatus> Checked(List<OrchestrationRuntimeStatus> statuses) =>
        statuses.Contains(OrchestrationRuntimeStatus.Terminated) && !NotTerminal.All(statuses.Contains)
            ? throw new ArgumentException(
                "Invalid dedupe statuses: cannot include 'Terminated' while also allowing reuse of running instances, "
                + "because the running instance would be terminated and then immediately conflict with the dedupe check.",
                nameof(statuses))
            : statuses;

    async Task TellAsync(string instanceId, RecordKind kind, string? reason, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        await hub.TellAsync(instanceId, new HistoryRecord(kind) { Time = Now(hub), Name = reason }, cancellation);
    }

    async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationRuntimeStatus, bool> wanted, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        return Metadata(hub, await hub.WaitAsync(instanceId, wanted, cancellation), getInputsAndOutputs);
    }

    void CheckInstanceId(string instanceId)
    {
        if (options.EnableEntitySupport && EntityInstanceId.IsEntity(instanceId))
        {
            throw new ArgumentException($"Instance ID '{instanceId}' starts with '@', which is reserved for entities.", nameof(instanceId));
        }
    }

    OrchestrationMetadata Metadata(TaskHub hub, InstanceRow row, bool payloads) => new(row.Name, row.Id)
    {
        DataConverter = payloads ? Converter : null,
        RuntimeStatus = row.Status,
        CreatedAt = new DateTimeOffset(row.Created, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(row.Updated, TimeSpan.Zero),
        SerializedInput = payloads ? row.Input?.Read(hub.Store) : null,
        SerializedOutput = payloads ? row.Output?.Read(hub.Store) : null,
        SerializedCustomStatus = payloads ? row.CustomStatus : null,
        Tags = row.Tags ?? ImmutableDictionary<string, string>.Empty,
        FailureDetails = payloads ? row.Failure : null,
    };

    async ValueTask<TaskHub> HubAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref lease) is { } open)
        {
            return open.Hub;
        }

        await opening.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            lease ??= await TaskHubs.AcquireAsync(hubOptions, cancellation);
            return lease.Hub;
        }
        finally
        {
            opening.Release();
        }
    }
}
