using System.Diagnostics;
using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Tests;

/// <summary>What the killed process does: starts orchestrations and raises events, and says on standard output what was acknowledged.</summary>
internal static class CrashWorkload
{
    /// <summary>How many events each "collect" waits for.</summary>
    public const int Events = 3;

    /// <summary>How many activities each "steps" has.</summary>
    public const int Steps = 4;

    /// <summary>Works until it is killed, or for at most a minute.</summary>
    public static async Task<int> RunAsync(string path, string round)
    {
        await using var hub = await new Hub(path: path).WithSteps().WithEvents().StartAsync();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1); i++)
        {
            var steps = string.Create(CultureInfo.InvariantCulture, $"steps-{round}-{i}");
            await hub.StartAsync("steps", Steps, steps);
            Console.WriteLine(steps);
            var collect = string.Create(CultureInfo.InvariantCulture, $"collect-{round}-{i}");
            var instance = await hub.StartAsync("collect", Events, collect);
            Console.WriteLine(collect);
            for (var e = 0; e < Events; e++)
            {
                var value = e.ToString(CultureInfo.InvariantCulture);
                await hub.Client.RaiseEventAsync(instance, "event", value);
                Console.WriteLine($"{collect} {value}");
            }
        }

        return 0;
    }
}

/// <summary>kill -9 at random instants. DURABLETASK_SQLITE_CRASHES sets how many; 20 without it.</summary>
[TestClass]
public sealed class CrashTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task Whatever_was_acknowledged_before_a_kill_is_done_once_and_the_file_stays_sound()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("DURABLETASK_SQLITE_CRASHES"), CultureInfo.InvariantCulture, out var given) ? given : 20;
        var seed = Environment.TickCount;
        TestContext.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var path = folder["crash.db"];
        var acknowledged = new List<string>();
        for (var round = 0; round < kills; round++)
        {
            acknowledged.AddRange(await RunAndKillAsync(path, round, TimeSpan.FromMilliseconds(random.Next(0, 400))));
        }

        Assert.IsNotEmpty(acknowledged);
        await using var hub = await new Hub(path: path).WithSteps().WithEvents().StartAsync();
        foreach (var id in acknowledged.Where(line => line.StartsWith("steps-", StringComparison.Ordinal)))
        {
            var state = await hub.WaitAsync(new OrchestrationInstance { InstanceId = id });
            Assert.AreEqual(OrchestrationStatus.Completed, state.OrchestrationStatus, id);
            Assert.AreEqual(CrashWorkload.Steps.ToString(CultureInfo.InvariantCulture), state.Output, id);
            var history = await hub.HistoryAsync(id);
            Assert.HasCount(CrashWorkload.Steps, history.OfType<TaskCompletedEvent>().Select(result => result.TaskScheduledId).Distinct(), id);
            Assert.HasCount(CrashWorkload.Steps, history.OfType<TaskCompletedEvent>(), $"{id}: no result is applied twice.");
        }

        var raised = acknowledged.Where(line => line.Contains(' ', StringComparison.Ordinal)).ToLookup(line => line.Split(' ')[0], line => line.Split(' ')[1], StringComparer.Ordinal);
        foreach (var id in acknowledged.Where(line => line.StartsWith("collect-", StringComparison.Ordinal) && !line.Contains(' ', StringComparison.Ordinal)))
        {
            var events = raised[id].ToArray();
            if (events.Length == CrashWorkload.Events)
            {
                var state = await hub.WaitAsync(new OrchestrationInstance { InstanceId = id });
                Assert.AreEqual($"\"{string.Join(',', events)}\"", state.Output, id);
                continue;
            }

            // It waits for an event that was never sent, or whose acknowledgement the kill cut off.
            var seen = await Eventually.GetAsync(
                async () => (await hub.HistoryAsync(id)).OfType<EventRaisedEvent>().Select(e => e.Input.Trim('"')).ToArray() is var inputs && inputs.Length >= events.Length ? inputs : null,
                $"{id} has the events that were acknowledged");
            CollectionAssert.AreEqual(events, seen.Take(events.Length).ToArray(), id);
            Assert.IsLessThanOrEqualTo(events.Length + 1, seen.Length, $"{id}: no event is delivered twice.");
        }

        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.AreEqual("ok", await check.ExecuteScalarAsync());
    }

    private static async Task<List<string>> RunAndKillAsync(string path, int round, TimeSpan life)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashTests).Assembly.Location, "crash", path, $"{round}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        // Its first acknowledgement comes late, from code that is still being compiled; its life begins there.
        var lines = new List<string> { (await process.StandardOutput.ReadLineAsync(limit.Token))! };
        await Task.Delay(life, limit.Token);
        process.Kill();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
        }

        await process.WaitForExitAsync(limit.Token);
        return lines;
    }
}
