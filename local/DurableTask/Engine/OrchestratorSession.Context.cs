using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.History;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <content>What the orchestrator sees.</content>
partial class OrchestratorSession
{
    sealed class Context : TaskOrchestrationContext
    {
        readonly OrchestratorSession session;
        readonly EntityFeature? entities;
        int guids;

        public Context(OrchestratorSession session)
        {
            this.session = session;
            Name = new TaskName(session.row.Name);
            Parent = session.row.Parent is { } parent ? new ParentOrchestrationInstance(new TaskName(parent.Name), parent.InstanceId) : null;
            entities = session.Settings.EnableEntities ? new EntityFeature(session) : null;
        }

        public override TaskName Name { get; }

        public override string InstanceId => session.row.Id;

        public override ParentOrchestrationInstance? Parent { get; }

        public override DateTime CurrentUtcDateTime => session.Now;

        public override bool IsReplaying => session.IsReplaying;

        public override string Version => session.row.Version;

        public override IReadOnlyDictionary<string, object?> Properties => session.Settings.Properties;

        public override TaskOrchestrationEntityFeature Entities => entities
            ?? throw new NotSupportedException($"Durable entities are disabled because {nameof(Worker.DurableTaskWorkerOptions)}.{nameof(Worker.DurableTaskWorkerOptions.EnableEntitySupport)}=false");

        public bool AwaitsEntities => entities is { AwaitsSomething: true };

        protected override ILoggerFactory LoggerFactory => session.Settings.LoggerFactory;

        public void EntityResponded(HistoryRecord record) => entities?.Responded(record);

        public override T? GetInput<T>()
            where T : default
        {
            string? text = session.row.Input?.Read(session.payloads);
            return text is null ? default : session.Settings.Converter.Deserialize<T>(text);
        }

        public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            entities?.ThrowIfInCall();
            string? text = session.Settings.Converter.Serialize(input);
            TaskVersion? version = options?.Version;
            Task<TResult> Call() => session.Open<TResult>(name.Name, id => new HistoryRecord(RecordKind.TaskScheduled, id)
            {
                Name = name.Name,
                Version = version?.Version ?? Version,
                Flags = version is null ? RecordFlags.None : RecordFlags.ExactVersion,
                Payload = Payload.Of(text),
                Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            }).Task;
            return options?.Retry is { } retry ? Retries.RunAsync(this, Call, retry) : Call();
        }

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        {
            entities?.ThrowIfSubOrchestrationNotAllowed();
            SubOrchestrationOptions? sub = options as SubOrchestrationOptions;
            string instanceId = sub?.InstanceId ?? NewGuid().ToString("N");
            if (EntityInstanceId.IsEntity(instanceId) && entities is not null)
            {
                throw new ArgumentException($"Instance ID '{instanceId}' starts with '@', which is reserved for entities.", nameof(options));
            }

            string version = (sub?.Version ?? options?.Version)?.Version ?? session.Settings.DefaultVersion;
            string? text = session.Settings.Converter.Serialize(input);
            Task<TResult> Call() => session.Open<TResult>(orchestratorName.Name, id => new HistoryRecord(RecordKind.SubOrchestrationCreated, id)
            {
                Name = orchestratorName.Name,
                Version = version,
                InstanceId = instanceId,
                Payload = Payload.Of(text),
                Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            }).Task;
            return options?.Retry is { } retry ? Retries.RunAsync(this, Call, retry) : Call();
        }

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        {
            DateTime due = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : fireAt;
            TimeSpan longest = session.Settings.MaximumTimerInterval;
            return due - session.Now > longest && longest > TimeSpan.Zero
                ? LongTimerAsync(due, longest, cancellationToken)
                : SingleTimer(due, cancellationToken);
        }

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        {
            ArgumentException.ThrowIfNullOrEmpty(eventName);
            return session.WaitFor<T>(eventName, cancellationToken);
        }

        public override void SendEvent(string instanceId, string eventName, object payload)
        {
            ArgumentException.ThrowIfNullOrEmpty(instanceId);
            ArgumentException.ThrowIfNullOrEmpty(eventName);
            string? text = session.Settings.Converter.Serialize(payload);
            session.Decide(id => new HistoryRecord(RecordKind.EventSent, id)
            {
                Name = eventName,
                InstanceId = instanceId,
                Payload = Payload.Of(text),
            });
        }

        public override void SetCustomStatus(object? customStatus)
        {
            session.CustomStatus = session.Settings.Converter.Serialize(customStatus);
            session.CustomStatusSet = true;
        }

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

        public override void ContinueAsNew(ContinueAsNewOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            session.ContinueAsNew = options;
        }

        public override Guid NewGuid()
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{InstanceId}_{CurrentUtcDateTime:o}_{guids++}");
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
            Span<byte> bytes = hash[..16];
            bytes[7] = (byte)((bytes[7] & 0x0F) | 0x80);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes);
        }

        async Task LongTimerAsync(DateTime due, TimeSpan longest, CancellationToken cancellation)
        {
            while (due - session.Now > longest)
            {
                await SingleTimer(session.Now + longest, cancellation);
            }

            await SingleTimer(due, cancellation);
        }

        Task SingleTimer(DateTime due, CancellationToken cancellation)
        {
            if (cancellation.IsCancellationRequested)
            {
                return Task.FromCanceled(cancellation);
            }

            int number = -1;
            OpenTask<object?> timer = session.Open<object?>("timer", id =>
            {
                number = id;
                return new HistoryRecord(RecordKind.TimerCreated, id) { FireAt = due.Ticks };
            });
            if (cancellation.CanBeCanceled)
            {
                cancellation.Register(() => session.CancelTimer(number, cancellation));
            }

            return timer.Task;
        }
    }
}
