using System.CommandLine;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;

namespace DurableMl.Cli.Commands;

/// <summary><c>run</c>: starts a run of a pipeline and follows it.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("run", "Start a run of a pipeline on the host that is up, and follow it.");
        var file = new Argument<FileInfo>("pipeline") { Description = "The pipeline's JSON file, for example examples/mnist/pipeline.json." };
        var id = new Option<string?>("--id") { Description = "The run's id; refused if there is a run of that id already." };
        var detach = new Option<bool>("--detach") { Description = "Do not follow it." };
        var api = new ApiOptions();
        command.Arguments.Add(file);
        command.Options.Add(id);
        command.Options.Add(detach);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            return await RunAsync(http, result.GetRequiredValue(file), result.GetValue(id), result.GetValue(detach), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(HttpClient http, FileInfo file, string? id, bool detach, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new CliException($"There is no file {file.FullName}.");
        }

        var client = new PipelinesClient(http);
        var runId = await client.StartAsync(await File.ReadAllTextAsync(file.FullName, cancellationToken), id, cancellationToken);
        await Console.Out.WriteLineAsync($"Started {runId}.");
        if (detach)
        {
            return 0;
        }

        return await FollowAsync(client, runId, cancellationToken);
    }

    /// <summary>Shows a run until it has ended. Returns 0 if it published a model.</summary>
    /// <exception cref="CliException">It failed.</exception>
    internal static async Task<int> FollowAsync(PipelinesClient client, string runId, CancellationToken cancellationToken)
    {
        var states = new RunFollower(client, TimeProvider.System).FollowAsync(runId, cancellationToken);
        var run = await RunDisplays.For(Terminal.Open(), Console.Out, TimeProvider.System).ShowAsync(states, cancellationToken);
        if (run.Result() is not { } outcome)
        {
            throw new CliException($"{RunTables.Headline(run)}{Environment.NewLine}./durableml resume {runId} lets it go on from what is done.");
        }

        await Console.Out.WriteLineAsync(outcome.Model is { } model ? $"{runId}: {outcome.State}, {model.Model} version {model.Version}" : RunTables.Headline(run));
        return outcome.State == "published" ? 0 : 1;
    }
}
