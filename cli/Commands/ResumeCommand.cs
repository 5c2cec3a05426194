using System.CommandLine;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>resume</c>: lets a run that failed or was cancelled go on, and follows it.</summary>
internal static class ResumeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("resume", "Let a run that failed or was cancelled go on from the first phase or trial that is not done, and follow it.");
        var run = new Argument<string>("run") { Description = "The run's id." };
        var maxFailedTrials = new Option<int?>("--max-failed-trials") { Description = "Trials that may fail, those that have failed among them; by default as many as before." };
        var detach = new Option<bool>("--detach") { Description = "Do not follow it." };
        var api = new ApiOptions();
        maxFailedTrials.Validators.Add(result =>
        {
            if (result.GetValue(maxFailedTrials) is < 0 or > 1000)
            {
                result.AddError("--max-failed-trials takes a number from 0 to 1000.");
            }
        });
        command.Arguments.Add(run);
        command.Options.Add(maxFailedTrials);
        command.Options.Add(detach);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var client = new PipelinesClient(http);
            var runId = result.GetRequiredValue(run);
            await client.ResumeAsync(runId, result.GetValue(maxFailedTrials), cancellationToken);
            await Console.Out.WriteLineAsync($"Resumed {runId}.");
            return result.GetValue(detach) ? ExitCodes.Done : await RunCommand.FollowAsync(client, runId, cancellationToken);
        });
        return command;
    }
}
