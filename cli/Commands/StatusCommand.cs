using System.CommandLine;
using System.Globalization;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>status</c>: one run, or all of them.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("status", "Show a run, or all of them.");
        var run = new Argument<string?>("run") { Description = "The run's id; without it, all runs.", Arity = ArgumentArity.ZeroOrOne };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var client = new PipelinesClient(http);
            if (result.GetValue(run) is { } runId)
            {
                await ShowAsync(client, runId, cancellationToken);
            }
            else
            {
                await ListAsync(client, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static async Task ShowAsync(PipelinesClient client, string runId, CancellationToken cancellationToken)
    {
        var run = await client.GetAsync(runId, cancellationToken) ?? throw new CliException($"There is no run '{runId}'. ./durableml status lists them.");
        await Console.Out.WriteLineAsync(RunTables.Headline(run));
        if (run.CustomStatus is { } progress)
        {
            var console = Terminal.Open();
            console.Write(RunTables.Live(progress, TimeProvider.System.GetUtcNow(), console.Profile.Width));
        }

        if (run.CustomStatus?.Evaluation is { } evaluation)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"evaluation: accuracy {evaluation.Accuracy:0.0000} over {evaluation.Examples} test examples"));
        }
    }

    private static async Task ListAsync(PipelinesClient client, CancellationToken cancellationToken)
    {
        var table = new Table().RoundedBorder().AddColumns("run", "pipeline", "state", "started");
        await foreach (var run in client.ListAsync(cancellationToken))
        {
            table.AddRow(
                new Text(run.RunId ?? ""),
                new Text(run.Name ?? ""),
                new Text(run.State ?? ""),
                new Text(run.CreatedTime?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? ""));
        }

        Terminal.Open().Write(table);
    }
}
