using System.CommandLine;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>cancel</c>: ends a run, an import or a scoring.</summary>
internal static class CancelCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("cancel", "Cancel a run, an import or a scoring: its tasks are stopped, what it has stored stays.");
        var run = new Argument<string>("run") { Description = "The id of the run, the import or the scoring." };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var runId = result.GetRequiredValue(run);
            await CancelAsync(new PipelinesClient(http), new ImportsClient(http, TimeProvider.System), runId, cancellationToken);
            await Console.Out.WriteLineAsync($"Asked {runId} to end.");
            return 0;
        });
        return command;
    }

    /// <summary>Cancels what has the id.</summary>
    /// <exception cref="CliException">Nothing has it, or it has ended already.</exception>
    internal static async Task CancelAsync(PipelinesClient pipelines, ImportsClient imports, string id, CancellationToken cancellationToken)
    {
        if (!await pipelines.CancelAsync(id, cancellationToken) && !await imports.CancelAsync(id, cancellationToken) && !await pipelines.CancelScoringAsync(id, cancellationToken))
        {
            throw new CliException($"No run, import or scoring has the id '{id}'. `durableml status` lists the runs.");
        }
    }
}
