using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using CoreEntityId = DurableTask.Core.Entities.EntityId;

namespace DurableTask.Sqlite.AzureFunctions;

/// <summary>What the Durable Functions extension asks of a storage besides what DurableTask.Core does.</summary>
public sealed class SqliteDurabilityProvider : DurabilityProvider
{
    private const string DisplayName = "SQLite";

    private readonly SqliteOrchestrationService service;
    private readonly SqliteOrchestrationServiceOptions options;

    /// <summary>Makes a provider on a service.</summary>
    public SqliteDurabilityProvider(SqliteOrchestrationService service, SqliteOrchestrationServiceOptions options)
        : base(DisplayName, service, service, connectionName: DisplayName)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.service = service;
        this.options = options;
    }

    /// <summary>Messages to an instance arrive in the order they were sent in.</summary>
    public override bool GuaranteesOrderedDelivery => true;

    /// <summary>An entity that is empty leaves no row behind.</summary>
    public override bool SupportsImplicitEntityDeletion => true;

    /// <summary>An event for an orchestration that is not there or has finished is an error for who raises it.</summary>
    public override bool CheckStatusBeforeRaiseEvent => true;

    /// <summary>What the extension logs at its start.</summary>
    public override JObject ConfigurationJson => JObject.FromObject(new
    {
        path = options.Path,
        survivePowerLoss = options.SurvivePowerLoss,
        retainFinishedFor = options.RetainFinishedFor,
        retainFinishedCount = options.RetainFinishedCount,
        maxActivityAttempts = options.MaxActivityAttempts,
    });

    /// <summary>Timers may be as long as one likes.</summary>
    public override TimeSpan MaximumDelayTime { get; set; } = TimeSpan.MaxValue;

    /// <inheritdoc/>
    public override TimeSpan LongRunningTimerIntervalLength { get; set; } = TimeSpan.MaxValue;

    /// <inheritdoc/>
    public override string EventSourceName { get; set; } = "DurableTask-Sqlite";

    /// <inheritdoc/>
    public override void SetUseSeparateQueueForEntityWorkItems(bool newValue) => service.SetUseSeparateQueueForEntityWorkItems(newValue);

    /// <inheritdoc/>
    public override async Task<IList<OrchestrationState>> GetOrchestrationStateWithInputsAsync(string instanceId, bool showInput = true)
    {
        var state = await service.GetOrchestrationStateAsync(instanceId, executionId: null);
        return state is null ? [] : [state.ClearFieldsImmutably(clearInput: !showInput, clearOutput: false)];
    }

    /// <inheritdoc/>
    public override Task<IList<OrchestrationState>> GetAllOrchestrationStates(CancellationToken cancellationToken) =>
        GetAllAsync(new OrchestrationQuery(), cancellationToken);

    /// <inheritdoc/>
    [Obsolete("The extension has marked it so.")]
    public override Task<IList<OrchestrationState>> GetAllOrchestrationStatesWithFilters(
        DateTime createdTimeFrom, DateTime? createdTimeTo, IEnumerable<OrchestrationRuntimeStatus> runtimeStatus, CancellationToken cancellationToken) =>
        GetAllAsync(
            new OrchestrationQuery { CreatedTimeFrom = createdTimeFrom, CreatedTimeTo = createdTimeTo, RuntimeStatus = Statuses(runtimeStatus) },
            cancellationToken);

    /// <inheritdoc/>
    public override async Task<OrchestrationStatusQueryResult> GetOrchestrationStateWithPagination(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var result = await service.GetOrchestrationWithQueryAsync(
            new OrchestrationQuery
            {
                RuntimeStatus = Statuses(condition.RuntimeStatus),
                CreatedTimeFrom = condition.CreatedTimeFrom == default ? null : condition.CreatedTimeFrom,
                CreatedTimeTo = condition.CreatedTimeTo == default ? null : condition.CreatedTimeTo,
                PageSize = condition.PageSize,
                ContinuationToken = condition.ContinuationToken,
                InstanceIdPrefix = condition.InstanceIdPrefix,
            },
            cancellationToken);
        return new OrchestrationStatusQueryResult
        {
            DurableOrchestrationState = result.OrchestrationState.Select(state => Status(state, condition.ShowInput)).ToList(),
            ContinuationToken = result.ContinuationToken,
        };
    }

    /// <inheritdoc/>
    public override async Task<PurgeHistoryResult> PurgeInstanceHistoryByInstanceId(string instanceId)
    {
        var result = await service.PurgeInstanceStateAsync(instanceId);
        return new PurgeHistoryResult(result.DeletedInstanceCount);
    }

    /// <inheritdoc/>
    public override async Task<int> PurgeHistoryByFilters(DateTime createdTimeFrom, DateTime? createdTimeTo, IEnumerable<OrchestrationStatus> runtimeStatus)
    {
        var result = await service.PurgeInstanceStateAsync(new PurgeInstanceFilter(createdTimeFrom, createdTimeTo, runtimeStatus));
        return result.DeletedInstanceCount;
    }

    /// <inheritdoc/>
    public override async Task<string?> RetrieveSerializedEntityState(EntityId entityId, JsonSerializerSettings serializierSettings)
    {
        var entity = await service.EntityBackendQueries.GetEntityAsync(new CoreEntityId(entityId.EntityName, entityId.EntityKey), includeState: true);
        return entity?.SerializedState;
    }

    /// <inheritdoc/>
    public override Task RewindAsync(string instanceId, string reason) => service.RewindTaskOrchestrationAsync(instanceId, reason);

    /// <inheritdoc/>
    public override Task<IAsyncEnumerable<HistoryEvent>> StreamOrchestrationHistoryAsync(string instanceId, CancellationToken cancellationToken) =>
        Task.FromResult(service.StreamOrchestrationHistoryAsync(instanceId, executionId: null, cancellationToken));

    private static List<OrchestrationStatus>? Statuses(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        statuses?.Where(status => status != OrchestrationRuntimeStatus.Unknown).Select(status => (OrchestrationStatus)status).ToList();

    private static DurableOrchestrationStatus Status(OrchestrationState state, bool withInput) => new()
    {
        Name = state.Name,
        Version = state.Version,
        InstanceId = state.OrchestrationInstance.InstanceId,
        ParentInstanceId = state.ParentInstance?.OrchestrationInstance?.InstanceId,
        CreatedTime = state.CreatedTime,
        LastUpdatedTime = state.LastUpdatedTime,
        RuntimeStatus = (OrchestrationRuntimeStatus)state.OrchestrationStatus,
        CustomStatus = Json(state.Status),
        Input = Json(withInput ? state.Input : null),
        Output = Json(state.Output),
    };

    /// <summary>Payloads are JSON as a rule; one that is not, such as the reason of a termination, is a text. None is JSON's null, as for the extension.</summary>
    private static JToken Json(string? payload)
    {
        if (string.IsNullOrEmpty(payload))
        {
            return JValue.CreateNull();
        }

        try
        {
            using var reader = new JsonTextReader(new StringReader(payload)) { DateParseHandling = DateParseHandling.None };
            return JToken.ReadFrom(reader);
        }
        catch (JsonException)
        {
            return payload;
        }
    }

    private async Task<IList<OrchestrationState>> GetAllAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        var all = new List<OrchestrationState>();
        do
        {
            var page = await service.GetOrchestrationWithQueryAsync(query, cancellationToken);
            all.AddRange(page.OrchestrationState);
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        return all;
    }
}
