using System.Globalization;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

namespace DurableTask.Tests.Crashes;

/// <summary>The process that is killed: runs the engine and does what it reads from its standard input, one command a line.</summary>
static class CrashWorker
{
    public static async Task<int> RunAsync(string path)
    {
        await using EngineHost host = await StartAsync(path);
        using TextWriter replies = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        replies.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            _ = DoAsync(host.Client, line.Split(' '), replies);
        }

        return 0;
    }

    public static Task<EngineHost> StartAsync(string path) => EngineHost.StartAsync(
        path,
        worker =>
        {
            worker.Configure(options => options.EnableEntitySupport = true);
            worker.AddTasks(CrashWorkload.AddTo);
        },
        client => client.Configure(options => options.EnableEntitySupport = true));

    /// <summary>Does a command (<c>number start|event|signal …</c>) and says its number once it is acknowledged.</summary>
    static async Task DoAsync(DurableTaskClient client, string[] command, TextWriter replies)
    {
        switch (command[1])
        {
            case "start":
                try
                {
                    await client.ScheduleNewOrchestrationInstanceAsync(command[2], 0, new StartOrchestrationOptions(command[3]).WithDedupeStatuses(
                        [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]));
                }
                catch (OrchestrationAlreadyExistsException)
                {
                    // Asked for again: the first time took effect before its acknowledgement was seen.
                }

                break;
            case "event":
                await client.RaiseEventAsync(command[2], "number", int.Parse(command[3], CultureInfo.InvariantCulture));
                break;
            default:
                await client.Entities.SignalEntityAsync(CrashWorkload.Signalled, "add", 1);
                break;
        }

        replies.WriteLine(command[0]);
    }
}
