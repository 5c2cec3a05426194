using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Randomness;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrations.Tests.Fixtures;

/// <summary>
/// Sweeps whose trials are trained in no time, without a host: what each execution was told is kept, and each is replayed from that, which must do
/// the same.
/// </summary>
/// <param name="instance">The sweep's instance.</param>
internal sealed class SweepHistory(string instance)
{
    private readonly Queue<SweepMessage> messages = new();

    public int Executions { get; private set; }

    /// <summary>Bytes of the largest input of an execution.</summary>
    public int LargestInput { get; private set; }

    /// <summary>The most that an execution was told.</summary>
    public int MostMessages { get; private set; }

    public KeepTrialsInput? Kept { get; private set; }

    /// <summary>What a trial comes to; by default a number that its seed decides.</summary>
    public Func<TrialInput, double> Objective { get; init; } = trial => SeededGenerator.For(trial.Seed, "objective").NextFraction();

    /// <summary>What the sampler has seen before.</summary>
    public IReadOnlyList<SeenTrial> Observations { get; init; } = [];

    /// <summary>What a resumed run has left of its first trials.</summary>
    public IReadOnlyDictionary<string, EarlierTrial> Earlier { get; init; } = new Dictionary<string, EarlierTrial>(StringComparer.Ordinal);

    /// <summary>Bytes of the largest answer of an activity.</summary>
    public int LargestOutput { get; private set; }

    /// <summary>Characters that activities answered one execution, at most.</summary>
    public int MostOutputs { get; private set; }

    /// <summary>Each training that was begun, in order.</summary>
    public List<TrialInput> Begun { get; } = [];

    public async Task<SweepResult> RunAsync(SweepInput input)
    {
        while (true)
        {
            string json = JsonSerializer.Serialize(input);
            LargestInput = Math.Max(LargestInput, Encoding.UTF8.GetByteCount(json));
            Executions++;
            var first = new Execution(this, json, messages);
            SweepResult result = await SweepOrchestrator.RunAsync(first);
            MostMessages = Math.Max(MostMessages, first.Told.Count);
            var again = new Execution(this, json, new Queue<SweepMessage>(first.Told)) { IsReplay = true };
            await SweepOrchestrator.RunAsync(again);
            CollectionAssert.AreEqual(first.Done, again.Done, "a replay does the same");
            Begun.AddRange(first.Begun);
            if (first.Next is not { } next)
            {
                return result;
            }

            input = next;
        }
    }

    private sealed class Execution(SweepHistory history, string input, Queue<SweepMessage> messages) : TaskOrchestrationContext
    {
        private readonly Dictionary<string, TaskCompletionSource<string>> words = new(StringComparer.Ordinal);
        private int outputs;

        public bool IsReplay { get; init; }

        public List<SweepMessage> Told { get; } = [];

        public List<string> Done { get; } = [];

        public List<TrialInput> Begun { get; } = [];

        public SweepInput? Next { get; private set; }

        public override TaskName Name => nameof(SweepOrchestrator);

        public override string InstanceId => history.Instance;

        public override ParentOrchestrationInstance? Parent => null;

        public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

        public override bool IsReplaying => IsReplay;

        protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public override T? GetInput<T>()
            where T : default => JsonSerializer.Deserialize<T>(input);

        public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            Done.Add(name.Name);
            if (input is KeepTrialsInput kept)
            {
                history.Kept = JsonSerializer.Deserialize<KeepTrialsInput>(JsonSerializer.Serialize(kept));
            }

            object? output = name.Name switch
            {
                nameof(PrepareSweep) => new SweepPreparation("c0de", HasDedicatedPool: false) { Observations = history.Observations, Earlier = history.Earlier.Count },
                nameof(ReadEarlierTrials) => history.Earlier.Where(trial => EarlierTrialsPage.Of(RunIds.TrialIndex(trial.Key)) == ((EarlierTrialsPage)input!).Page).ToDictionary(StringComparer.Ordinal),
                _ => null,
            };
            string json = JsonSerializer.Serialize(output);
            history.LargestOutput = Math.Max(history.LargestOutput, Encoding.UTF8.GetByteCount(json));
            outputs += json.Length;
            history.MostOutputs = Math.Max(history.MostOutputs, outputs);
            return Task.FromResult(output is null ? default! : JsonSerializer.Deserialize<TResult>(json)!);
        }

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        {
            var trial = (TrialInput)input!;
            Done.Add(JsonSerializer.Serialize(trial));
            Begun.Add(trial);
            var record = (trial.Record ?? new TrialRecord(1, Dedicated: false)) with { Objective = history.Objective(trial), Epoch = trial.Budget ?? trial.Sweep.Budget, SubmittedAt = DateTime.UnixEpoch };
            TrialStatus status = record.Status(trial, TrialState.Completed);
            if (!IsReplay)
            {
                messages.Enqueue(new SweepMessage(new TrialReport(trial.Audience!.Step, status, record)));
            }

            return Task.FromResult((TResult)(object)status);
        }

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        {
            if (eventName == RunEvents.SweepMessage)
            {
                SweepMessage message = messages.Dequeue();
                Told.Add(message);
                return Task.FromResult((T)(object)message);
            }

            return (Task<T>)(object)(words[eventName] = new TaskCompletionSource<string>()).Task;
        }

        public override void SendEvent(string instanceId, string eventName, object payload) => words[eventName].SetResult((string)payload);

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => new TaskCompletionSource().Task;

        public override void SetCustomStatus(object? customStatus)
        {
        }

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => Next = (SweepInput)newInput!;

        public override Guid NewGuid() => throw new NotSupportedException();
    }

    private string Instance => instance;
}
