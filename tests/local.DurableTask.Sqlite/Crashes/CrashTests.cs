using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DurableTask.Core;
using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Tests.Crashes;

[TestClass]
public sealed class CrashTests
{
    /// <summary>How often the process is killed: 20 times, or as often as this environment variable says (200 in the long form).</summary>
    private const string CountVariable = "DURABLETASK_SQLITE_CRASHES";

    /// <summary>The seed of a run that is to be repeated.</summary>
    private const string SeedVariable = "DURABLETASK_SQLITE_CRASH_SEED";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Nothing_is_lost_doubled_or_early_however_often_the_process_is_killed()
    {
        var kills = Setting(CountVariable) ?? 20;
        var seed = Setting(SeedVariable) ?? Environment.TickCount;
        TestContext.WriteLine($"{SeedVariable}={seed}");
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var model = new Model();

        for (var kill = 0; kill < kills; kill++)
        {
            using var worker = Worker.Start(folder["hub.db"], model);
            await worker.Ready;

            // A new process takes a while to its first answer; one in five is killed before that.
            var killEarly = random.Next(5) == 0;
            var lifetime = random.NextDouble() * 0.4 * Stopwatch.Frequency;
            long? began = killEarly ? Stopwatch.GetTimestamp() : null;
            while (began is null || Stopwatch.GetTimestamp() < began + lifetime)
            {
                began ??= worker.HasAnswered ? Stopwatch.GetTimestamp() : null;
                if (worker.Unanswered < 50)
                {
                    model.Ask(worker, random);
                }
                else
                {
                    await Task.Delay(1);
                }
            }

            worker.Kill();
        }

        TestContext.WriteLine(model.ToString());
        await using var hub = new Hub(path: folder["hub.db"]);
        CrashWorkload.Register(hub.Worker);
        await hub.StartAsync();
        model.CheckThatItSays();
        await model.CheckAsync(hub, $"{SeedVariable}={seed}");
        await hub.DisposeAsync();
        using var connection = Connection.Open(folder["hub.db"], SqliteOpenMode.ReadOnly);
        Assert.AreEqual("ok", connection.Prepare("PRAGMA integrity_check").First(row => row.Text(0)));
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>What was asked for and what was acknowledged. What was asked for without an answer may have come about or not, but not twice.</summary>
    private sealed class Model
    {
        private readonly Dictionary<int, (string Kind, int Number, string Target)> asked = [];
        private readonly ConcurrentDictionary<int, bool> acknowledged = new();
        private readonly List<int> open = [];
        private readonly Dictionary<int, int> raised = [];
        private int last;

        public override string ToString() => $"{asked.Count} calls, {acknowledged.Count} acknowledged";

        public void Acknowledge(int call) => acknowledged[call] = true;

        public void Ask(Worker worker, Random random)
        {
            // Events go to orchestrations that are known to be there: one that is not there takes none.
            var waiting = open.Find(call => acknowledged.ContainsKey(call) && raised[call] < 10);
            var choice = random.Next(CrashWorkload.Kinds.Count + 5);
            if (waiting > 0 && choice >= CrashWorkload.Kinds.Count + 2)
            {
                raised[waiting]++;
                Send(worker, "raise", raised[waiting], $"events-{waiting}");
            }
            else if (choice >= CrashWorkload.Kinds.Count)
            {
                Send(worker, "signal", last + 1, "");
            }
            else
            {
                var kind = CrashWorkload.Kinds.Keys.ElementAt(choice);
                if (string.Equals(kind, "events", StringComparison.Ordinal))
                {
                    open.Add(last + 1);
                    raised.Add(last + 1, 0);
                }

                Send(worker, kind, random.Next(1000), "");
            }
        }

        /// <summary>A run in which next to nothing was acknowledged proves nothing.</summary>
        public void CheckThatItSays() => Assert.IsTrue(acknowledged.Count * 4 > asked.Count, ToString());

        public async Task CheckAsync(Hub hub, string seed)
        {
            foreach (var call in open.Where(call => acknowledged.ContainsKey(call)))
            {
                await FinishEventsAsync(hub, call);
            }

            foreach (var (call, (kind, number, _)) in asked.Where(pair => CrashWorkload.Kinds.ContainsKey(pair.Value.Kind)))
            {
                var id = $"{kind}-{call}";
                var state = await hub.Service.GetOrchestrationStateAsync(id, executionId: null);
                if (state is null)
                {
                    Assert.IsFalse(acknowledged.ContainsKey(call), $"'{id}' was acknowledged and is not there. {seed}");
                    continue;
                }

                if (!string.Equals(kind, "events", StringComparison.Ordinal))
                {
                    state = await hub.Client.WaitForOrchestrationAsync(new OrchestrationInstance { InstanceId = id }, Patience.Limit);
                    Assert.AreEqual(CrashWorkload.Kinds[kind](number), state.Output, $"'{id}' of {number}. {seed}");
                }
            }

            await CheckLedgerAsync(hub, seed);
        }

        private void Send(Worker worker, string kind, int number, string target)
        {
            var call = ++last;
            asked.Add(call, (kind, number, target));
            worker.Send(string.Create(CultureInfo.InvariantCulture, $"{call} {kind} {number} {target}"));
        }

        /// <summary>Sends the events that are still missing; one that was asked for without an answer may have arrived, so the history is looked at.</summary>
        private async Task FinishEventsAsync(Hub hub, int call)
        {
            var id = $"events-{call}";
            var instance = new OrchestrationInstance { InstanceId = id };
            await Eventually.TrueAsync(async () => await hub.CountMessagesAsync(id) == 0, "all its events are in its history");
            var arrived = (await hub.HistoryAsync(id)).OfType<Core.History.EventRaisedEvent>().Select(raise => int.Parse(raise.Input, CultureInfo.InvariantCulture)).ToList();
            Assert.AreEqual(arrived.Count, arrived.Distinct().Count(), "an event arrived twice");
            foreach (var (sure, _) in asked.Where(pair => pair.Value.Target == id && acknowledged.ContainsKey(pair.Key)))
            {
                CollectionAssert.Contains(arrived, asked[sure].Number, "an acknowledged event is lost");
            }

            foreach (var missing in Enumerable.Range(1, 10).Except(arrived))
            {
                await hub.Client.RaiseEventAsync(instance, "event", missing);
            }

            Assert.AreEqual("55", (await hub.Client.WaitForOrchestrationAsync(instance, Patience.Limit)).Output);
        }

        private async Task CheckLedgerAsync(Hub hub, string seed)
        {
            var told = asked.Where(pair => string.Equals(pair.Value.Kind, "signal", StringComparison.Ordinal)).ToDictionary(pair => pair.Value.Number, pair => pair.Key);
            if (told.Count == 0)
            {
                return;
            }

            await Eventually.TrueAsync(async () => await hub.CountMessagesAsync(CrashWorkload.Ledger.ToString()) == 0, "all signals are applied");
            var entity = await hub.Service.EntityBackendQueries.GetEntityAsync(CrashWorkload.Ledger, includeState: true);
            var listed = (entity?.SerializedState ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToList();
            Assert.AreEqual(listed.Count, listed.Distinct().Count(), $"a signal was applied twice. {seed}");
            CollectionAssert.IsSubsetOf(told.Where(pair => acknowledged.ContainsKey(pair.Value)).Select(pair => pair.Key).ToList(), listed, $"an acknowledged signal is lost. {seed}");
            CollectionAssert.IsSubsetOf(listed, told.Keys);
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly Process process;
        private int unanswered;
        private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private Worker(Process process)
        {
            this.process = process;
        }

        /// <summary>How many calls are under way.</summary>
        public int Unanswered => Volatile.Read(ref unanswered);

        public bool HasAnswered { get; private set; }

        public Task Ready => ready.Task.WaitAsync(Patience.Limit);

        public static Worker Start(string path, Model model)
        {
            var start = new ProcessStartInfo("dotnet", [typeof(CrashTests).Assembly.Location, "crash-worker", path])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            var worker = new Worker(Process.Start(start)!);
            worker.process.OutputDataReceived += (_, line) => worker.Read(line.Data, model);
            worker.process.BeginOutputReadLine();
            return worker;
        }

        public void Send(string line)
        {
            Interlocked.Increment(ref unanswered);
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }

        /// <summary>SIGKILL; then what it had answered before is read to the end.</summary>
        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public void Dispose() => process.Dispose();

        private void Read(string? line, Model model)
        {
            if (line is null)
            {
                ready.TrySetException(new InvalidOperationException("The worker ended before it was ready."));
            }
            else if (!ready.TrySetResult())
            {
                Interlocked.Decrement(ref unanswered);
                HasAnswered = true;
                model.Acknowledge(int.Parse(line, CultureInfo.InvariantCulture));
            }
        }
    }
}
