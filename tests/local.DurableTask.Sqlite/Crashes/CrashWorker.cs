using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.Entities;

namespace DurableTask.Sqlite.Tests.Crashes;

/// <summary>
/// The process that is killed: a worker and a client on a file. It does what its input says, a line each, and answers with the line's number once the call has
/// been acknowledged: what it answered must be found after any crash.
/// </summary>
internal static class CrashWorker
{
    public static async Task<int> RunAsync(string path)
    {
        await using var service = new SqliteOrchestrationService(new SqliteOrchestrationServiceOptions(path));
        using var worker = new TaskHubWorker(service);
        CrashWorkload.Register(worker);
        var client = new TaskHubClient(service);
        await worker.StartAsync();
        Console.WriteLine("ready");
        var calls = new List<Task>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            calls.Add(DoAsync(service, client, line));
        }

        await Task.WhenAll(calls);
        await worker.StopAsync(isForced: true);
        return 0;
    }

    private static async Task DoAsync(SqliteOrchestrationService service, TaskHubClient client, string line)
    {
        var parts = line.Split(' ');
        var number = int.Parse(parts[2], CultureInfo.InvariantCulture);
        switch (parts[1])
        {
            case "signal":
                await service.SendTaskOrchestrationMessageAsync(ClientEntityHelpers.EmitOperationSignal(
                    new OrchestrationInstance { InstanceId = CrashWorkload.Ledger.ToString() }, Guid.NewGuid(), "add", parts[2], scheduledTimeUtc: null).AsTaskMessage());
                break;
            case "raise":
                await client.RaiseEventAsync(new OrchestrationInstance { InstanceId = parts[3] }, "event", number);
                break;
            case "rounds":
                await client.CreateOrchestrationInstanceAsync("rounds", "", Id(parts), parts[2]);
                break;
            default:
                await client.CreateOrchestrationInstanceAsync(parts[1], "", Id(parts), number);
                break;
        }

        await Console.Out.WriteLineAsync(parts[0]);
    }

    private static string Id(string[] parts) => $"{parts[1]}-{parts[0]}";
}
