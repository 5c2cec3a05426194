using DurableTask.Core.History;
using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Client;

/// <content>Restart, rewind and history.</content>
partial class SqliteDurableTaskClient
{
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        InstanceRow old = hub.Find(instanceId)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        if (!restartWithNewInstanceId && !old.IsTerminal)
        {
            throw new InvalidOperationException($"An orchestration with the instanceId {instanceId} cannot be restarted: its status is {old.Status}.");
        }

        long now = Now(hub);
        InstanceRow row = new()
        {
            Id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId,
            Execution = Guid.NewGuid().ToString("N"),
            Name = old.Name,
            Version = old.Version,
            Created = now,
            Updated = now,
            Input = Payload.Of(old.Input?.Read(hub.Store)),
            Tags = old.Tags,
        };
        await hub.StartAsync(row, NotTerminal, cancellation);
        return row.Id;
    }

    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        await hub.RewindAsync(instanceId, reason, cancellation);
    }

    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        CheckInstanceId(instanceId);
        TaskHub hub = await HubAsync(cancellation);
        return hub.Store.Read(store => store.Snapshot(reader =>
        {
            InstanceRow row = (reader.Number(instanceId) is { } number ? reader.Row(number) : null)
                ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
            return HistoryView.Of(row, reader.Turns(row.Number), hub.Store);
        }));
    }
}
