using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace DurableTask.Tests.Crashes;

[TestClass]
public sealed class CrashTests
{
    /// <summary>Set to 200 for the long form.</summary>
    const string CrashesVariable = "DURABLETASK_CRASHES";
    const int DefaultCrashes = 20;
    const int Collectors = 3;

    readonly TemporaryDatabase database = new();
    readonly Random random = new(20261123);
    readonly ConcurrentDictionary<int, string> unacknowledged = new();
    readonly Dictionary<string, string> started = [];
    readonly Dictionary<string, List<int>> events = [];
    readonly Dictionary<(string Id, int Payload), int> repeated = [];
    int commands;
    int signals;
    int signalsUnknown;

    [TestCleanup]
    public void Delete() => database.Dispose();

    [TestMethod]
    [Timeout(1_800_000)]
    public async Task Nothing_is_lost_or_doubled_however_often_the_process_is_killed()
    {
        int crashes = int.TryParse(Environment.GetEnvironmentVariable(CrashesVariable), CultureInfo.InvariantCulture, out int wanted) ? wanted : DefaultCrashes;
        for (int crash = 0; crash < crashes; crash++)
        {
            await RunAndKillAsync();
        }

        CheckIntegrity();
        await using EngineHost host = await CrashWorker.StartAsync(database.Path);
        await FinishAsync(host);
        await CheckAsync(host);
    }

    async Task RunAndKillAsync()
    {
        ProcessStartInfo start = new("dotnet", [typeof(CrashTests).Assembly.Location, "crash-worker", database.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line == "ready")
                {
                    ready.TrySetResult();
                }
                else
                {
                    Acknowledge(int.Parse(line, CultureInfo.InvariantCulture));
                }
            }
        });
        await ready.Task.WaitAsync(Patience.Limit);
        foreach ((int number, string command) in unacknowledged.OrderBy(entry => entry.Key).ToList())
        {
            Repeat(command);
            await process.StandardInput.WriteLineAsync($"{number} {command}");
        }

        int rounds = random.Next(1, 25);
        for (int round = 0; round < rounds; round++)
        {
            foreach (string command in NewCommands())
            {
                int number = ++commands;
                unacknowledged[number] = command;
                await process.StandardInput.WriteLineAsync($"{number} {command}");
            }

            await process.StandardInput.FlushAsync();
            await Task.Delay(random.Next(12));
        }

        process.Kill();
        await process.WaitForExitAsync();
        await reading;
    }

    IEnumerable<string> NewCommands()
    {
        string kind = CrashWorkload.Expected.Keys.ElementAt(random.Next(CrashWorkload.Expected.Count));
        string id = $"{kind}-{started.Count}";
        started.Add(id, kind);
        yield return $"start {kind} {id}";
        string collector = $"collect-{random.Next(Collectors)}";
        if (!events.TryGetValue(collector, out List<int>? sent))
        {
            events.Add(collector, sent = []);
            yield return $"start Collect {collector}";
        }
        else if (!unacknowledged.Values.Any(command => command.StartsWith("start Collect", StringComparison.Ordinal)))
        {
            sent.Add(sent.Count);
            yield return $"event {collector} {sent[^1]}";
        }

        signals++;
        yield return "signal";
    }

    /// <summary>A command that was not acknowledged may have taken effect; it is given again and may take effect again.</summary>
    void Repeat(string command)
    {
        string[] parts = command.Split(' ');
        if (parts[0] == "event")
        {
            (string, int) key = (parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture));
            repeated[key] = repeated.GetValueOrDefault(key) + 1;
        }
        else if (parts[0] == "signal")
        {
            signalsUnknown++;
        }
    }

    void Acknowledge(int number) => Assert.IsTrue(unacknowledged.TryRemove(number, out _));

    async Task FinishAsync(EngineHost host)
    {
        foreach ((_, string command) in unacknowledged.OrderBy(entry => entry.Key))
        {
            string[] parts = command.Split(' ');
            Repeat(command);
            if (parts[0] == "event")
            {
                await host.Client.RaiseEventAsync(parts[1], "number", int.Parse(parts[2], CultureInfo.InvariantCulture));
            }
            else if (parts[0] == "signal")
            {
                await host.Client.Entities.SignalEntityAsync(CrashWorkload.Signalled, "add", 1);
            }
            else if (await host.Client.GetInstanceAsync(parts[2]) is null)
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync(parts[1], 0, new Microsoft.DurableTask.StartOrchestrationOptions(parts[2]));
            }
        }

        foreach (string collector in events.Keys)
        {
            await host.Client.RaiseEventAsync(collector, "number", CrashWorkload.Stop);
        }
    }

    async Task CheckAsync(EngineHost host)
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(5));
        foreach ((string id, string kind) in started)
        {
            OrchestrationMetadata ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, timeout.Token);
            Assert.AreEqual(CrashWorkload.Expected[kind], ended.SerializedOutput, $"{id}: {ended.FailureDetails?.ErrorMessage}");
        }

        foreach ((string collector, List<int> sent) in events)
        {
            List<int> received = (await host.Client.WaitForInstanceCompletionAsync(collector, getInputsAndOutputs: true, timeout.Token)).ReadOutputAs<List<int>>()!;
            foreach (int payload in sent)
            {
                int times = received.Count(item => item == payload);
                Assert.IsTrue(times >= 1 && times <= 1 + repeated.GetValueOrDefault((collector, payload)), $"{collector} received {payload} {times} times.");
            }
        }

        EntityMetadata<int> called = (await host.Client.Entities.GetEntityAsync<int>(CrashWorkload.Called))!;
        Assert.AreEqual(started.Values.Count(kind => kind == "CountOnce"), called.State);
        await Eventually.TrueAsync(async () => (await host.Client.Entities.GetEntityAsync(CrashWorkload.Signalled))!.BacklogQueueSize == 0, "no signal waits");
        int counted = (await host.Client.Entities.GetEntityAsync<int>(CrashWorkload.Signalled))!.State;
        Assert.IsTrue(counted >= signals && counted <= signals + signalsUnknown, $"{signals} signals, {signalsUnknown} given again, {counted} counted.");
    }

    void CheckIntegrity()
    {
        using SqliteConnection connection = new($"Data Source={database.Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.AreEqual("ok", command.ExecuteScalar());
    }
}
