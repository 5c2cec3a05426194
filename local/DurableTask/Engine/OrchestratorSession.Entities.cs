using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <content>Entities, as the orchestrator sees them.</content>
partial class OrchestratorSession
{
    public static bool IsNonRetriable(TaskFailedException failed) => failed.Data[NonRetriable] is true;

    sealed class EntityFeature(OrchestratorSession session) : TaskOrchestrationEntityFeature
    {
        readonly Dictionary<int, (EntityInstanceId Id, string Operation, OpenTask Task)> calls = [];
        readonly Dictionary<int, OpenTask<bool>> locks = [];
        List<EntityInstanceId>? held;
        readonly HashSet<EntityInstanceId> busy = [];
        bool acquiring;

        public bool AwaitsSomething => calls.Count > 0 || locks.Count > 0;

        public override Task<TResult> CallEntityAsync<TResult>(
            EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
        {
            if (held is not null || acquiring)
            {
                if (acquiring)
                {
                    throw new InvalidOperationException("Must await the completion of the lock request prior to calling any entity.");
                }

                if (!held!.Contains(id))
                {
                    throw new InvalidOperationException("Must not call an entity from a critical section if it is not one of the locked entities.");
                }

                if (!busy.Add(id))
                {
                    throw new InvalidOperationException("Must not call an entity from a critical section while a prior call to the same entity is still pending.");
                }
            }

            OpenTask<TResult> call = new();
            string? text = session.Settings.Converter.Serialize(input);
            HistoryRecord record = session.Decide(number => new HistoryRecord(RecordKind.EntityRequested, number)
            {
                Name = operationName,
                InstanceId = id.ToString(),
                Payload = Payload.Of(text),
            });
            calls.Add(record.Id, (id, operationName, call));
            return call.Task;
        }

        public override Task CallEntityAsync(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null) =>
            CallEntityAsync<object>(id, operationName, input, options);

        public override Task SignalEntityAsync(
            EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
        {
            if (held?.Contains(id) == true)
            {
                throw new InvalidOperationException("Must not signal a locked entity from a critical section.");
            }

            string? text = session.Settings.Converter.Serialize(input);
            session.Decide(number => new HistoryRecord(RecordKind.EntityRequested, number)
            {
                Name = operationName,
                InstanceId = id.ToString(),
                Payload = Payload.Of(text),
                Flags = RecordFlags.Signal,
                FireAt = options?.SignalTime?.UtcTicks ?? 0,
            });
            return Task.CompletedTask;
        }

        public override async Task<IAsyncDisposable> LockEntitiesAsync(IEnumerable<EntityInstanceId> entityIds)
        {
            ArgumentNullException.ThrowIfNull(entityIds);
            if (held is not null || acquiring)
            {
                throw new InvalidOperationException("Must not enter another critical section from within a critical section.");
            }

            // One order for all orchestrations, one entity after the other: nobody can wait in a circle.
            List<EntityInstanceId> wanted = [.. entityIds.Distinct().OrderBy(id => id.ToString(), StringComparer.Ordinal)];
            if (wanted.Count == 0)
            {
                throw new ArgumentException("The list of entities to lock must not be empty.", nameof(entityIds));
            }

            acquiring = true;
            foreach (EntityInstanceId id in wanted)
            {
                OpenTask<bool> granted = new();
                HistoryRecord record = session.Decide(number => new HistoryRecord(RecordKind.EntityRequested, number)
                {
                    InstanceId = id.ToString(),
                    Flags = RecordFlags.Lock,
                });
                locks.Add(record.Id, granted);
                await granted.Task;
            }

            acquiring = false;
            held = wanted;
            return new CriticalSection(this);
        }

        public override bool InCriticalSection(out IReadOnlyList<EntityInstanceId>? entityIds)
        {
            entityIds = held;
            return held is not null;
        }

        public void Responded(HistoryRecord record)
        {
            if (locks.Remove(record.Id, out OpenTask<bool>? granted))
            {
                granted.Complete("true", Converters.JsonDataConverter.Default);
            }
            else if (calls.Remove(record.Id, out (EntityInstanceId Id, string Operation, OpenTask Task) call))
            {
                busy.Remove(call.Id);
                if (record.Failure is null)
                {
                    call.Task.Complete(record.Payload?.Read(session.payloads), session.Settings.Converter);
                }
                else
                {
                    call.Task.Fail(new EntityOperationFailedException(call.Id, call.Operation, record.Failure));
                }
            }
        }

        public void ThrowIfInCall()
        {
            if (acquiring)
            {
                throw new InvalidOperationException("Must await the completion of the lock request prior to calling any activity.");
            }
        }

        public void ThrowIfSubOrchestrationNotAllowed()
        {
            if (held is not null || acquiring)
            {
                throw new InvalidOperationException("Must not start a sub-orchestration from within a critical section.");
            }
        }

        void Release()
        {
            if (held is null)
            {
                return;
            }

            foreach (EntityInstanceId id in held)
            {
                session.Decide(number => new HistoryRecord(RecordKind.EntityUnlocked, number) { InstanceId = id.ToString() });
            }

            held = null;
            busy.Clear();
        }

        /// <summary>The entities that the orchestration holds or waits for: released when it ends.</summary>
        sealed class CriticalSection(EntityFeature feature) : IAsyncDisposable
        {
            EntityFeature? feature = feature;

            public ValueTask DisposeAsync()
            {
                feature?.Release();
                feature = null;
                return ValueTask.CompletedTask;
            }
        }
    }
}
