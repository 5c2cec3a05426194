using System.CommandLine;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>cancel</c>: ends a run.</summary>
internal static class CancelCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("cancel", "Cancel a run: its tasks are stopped, what it has stored stays.");
        var run = new Argument<string>("run") { Description = "The run's id." };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var runId = result.GetRequiredValue(run);
            await new PipelinesClient(http).CancelAsync(runId, cancellationToken);
            await Console.Out.WriteLineAsync($"Asked {runId} to end.");
            return 0;
        });
        return command;
    }
}
