using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;
using Microsoft.DurableTask.Worker;

namespace Microsoft.DurableTask.Engine;

/// <summary>Runs requests to an entity one after the other. An operation that throws leaves the state as it was and sends nothing.</summary>
sealed class EntityTurn(InstanceRow row, EntityCommit commit, WorkerSettings settings, Store store, IServiceProvider services)
{
    readonly EntityInstanceId id = EntityInstanceId.FromString(row.Id);
    readonly string? before = row.Input?.Read(store);
    string? state = row.Input?.Read(store);

    /// <summary>The execution that has locked the entity; <c>null</c> when none has.</summary>
    public static string? OwnerOf(InstanceRow row) => row.LockOwner?.Split(' ', 2)[0];

    /// <summary>The instance id of the orchestration that has locked the entity.</summary>
    public static string? OwnerIdOf(InstanceRow row) => row.LockOwner?.Split(' ', 2)[1];

    public async Task RunAsync(HistoryRecord request, List<Message> backlog, List<long> processed, long now)
    {
        if (request.Kind == RecordKind.EntityUnlocked)
        {
            if (OwnerOf(row) == request.Version)
            {
                row.LockOwner = null;
            }

            // A lock that was never granted is not wanted any more either.
            foreach (Message waiting in backlog.Where(message => message.Record.Has(RecordFlags.Lock) && message.Record.Version == request.Version).ToList())
            {
                backlog.Remove(waiting);
                processed.Add(waiting.Sequence);
            }
        }
        else if (request.Has(RecordFlags.Lock))
        {
            row.LockOwner = $"{request.Version} {request.InstanceId}";
            Respond(request, null, null, now);
        }
        else
        {
            await OperateAsync(request, now);
        }
    }

    /// <summary>Takes the state over into the row.</summary>
    public void Finish()
    {
        if (string.Equals(before, state, StringComparison.Ordinal))
        {
            return;
        }

        commit.StateChanged = true;
        commit.FormerPayload = row.Input?.Reference ?? 0;
        row.Input = Payload.Of(state);
        commit.Payloads.AddRange(store.Detach(row.Input));
    }

    async Task OperateAsync(HistoryRecord request, long now)
    {
        Operation operation = new(this, request, now);
        try
        {
            if (settings.Factory is not IDurableTaskFactory2 factory || !factory.TryCreateEntity(id.Name, services, out ITaskEntity? entity))
            {
                string message = $"No entity task named '{id.Name}' was found.";
                Logs.EntityNotFound(settings, row.Id, id.Name);
                Respond(request, null, new TaskFailureDetails("EntityTaskNotFound", message, null, null, null), now);
                return;
            }

            object? result = await entity.RunAsync(operation);
            string? text = settings.Converter.Serialize(result);
            operation.Accept();
            Respond(request, text, null, now);
        }
#pragma warning disable CA1031 // the operation's failure, whatever it is, is its result
        catch (Exception exception) when (!settings.IsStopping)
#pragma warning restore CA1031
        {
            Logs.EntityOperationFailed(settings, exception, row.Id, request.Name!);
            Respond(request, null, TaskFailureDetails.FromException(exception, settings.ExceptionProperties), now);
        }
    }

    void Respond(HistoryRecord request, string? result, TaskFailureDetails? failure, long now)
    {
        if (request.Has(RecordFlags.Signal))
        {
            return;
        }

        commit.Outbox.Send(request.InstanceId!, new HistoryRecord(RecordKind.EntityResponded, request.Id)
        {
            Time = now,
            InstanceId = row.Id,
            Version = request.Version,
            Payload = Payload.Of(result),
            Failure = failure,
        });
    }

    sealed class Operation : TaskEntityOperation
    {
        readonly EntityTurn turn;
        readonly HistoryRecord request;
        readonly StateOfOperation state;
        readonly ContextOfOperation context;

        public Operation(EntityTurn turn, HistoryRecord request, long now)
        {
            this.turn = turn;
            this.request = request;
            state = new StateOfOperation(turn);
            context = new ContextOfOperation(turn, now);
        }

        public override string Name => request.Name!;

        public override TaskEntityContext Context => context;

        public override TaskEntityState State => state;

        public override bool HasInput => request.Payload is not null;

        public override object? GetInput(Type inputType) => request.Payload is null
            ? null
            : turn.Converter.Deserialize(request.Payload.Read(turn.Payloads), inputType);

        public void Accept()
        {
            turn.state = state.Text;
            context.Release();
        }
    }

    DataConverter Converter => settings.Converter;

    Store Payloads => store;

    sealed class StateOfOperation(EntityTurn turn) : TaskEntityState
    {
        public string? Text { get; private set; } = turn.state;

        public override bool HasState => Text is not null;

        public override object? GetState(Type type) => Text is null ? null : turn.Converter.Deserialize(Text, type);

        public override void SetState(object? state) => Text = turn.Converter.Serialize(state);
    }

    sealed class ContextOfOperation(EntityTurn turn, long now) : TaskEntityContext
    {
        readonly List<Action<Outbox>> held = [];

        public override EntityInstanceId Id => turn.id;

        public override void SignalEntity(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
        {
            HistoryRecord signal = new(RecordKind.EntityRequested)
            {
                Time = now,
                Name = operationName,
                InstanceId = turn.id.ToString(),
                Payload = Payload.Of(turn.Converter.Serialize(input)),
                Flags = RecordFlags.Signal,
                FireAt = options?.SignalTime?.UtcTicks ?? 0,
            };
            held.Add(outbox => outbox.Send(id.ToString(), signal));
        }

        public override string ScheduleNewOrchestration(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
        {
            string instanceId = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
            InstanceRow row = new()
            {
                Id = instanceId,
                Execution = Guid.NewGuid().ToString("N"),
                Name = name.Name,
                Version = options?.Version?.Version ?? turn.DefaultVersion,
                Created = now,
                Updated = now,
                StartAt = options?.StartAt?.UtcTicks ?? 0,
                Wake = options?.StartAt?.UtcTicks ?? 0,
                Input = Payload.Of(turn.Converter.Serialize(input)),
                Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            };
            held.Add(outbox => outbox.Start(row));
            return instanceId;
        }

        public void Release() => held.ForEach(release => release(turn.Outbox));
    }

    string DefaultVersion => settings.DefaultVersion;

    Outbox Outbox => commit.Outbox;
}
