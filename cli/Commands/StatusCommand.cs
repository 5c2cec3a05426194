using System.CommandLine;
using System.Globalization;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>status</c>: one run, or the newest.</summary>
internal static class StatusCommand
{
    private const int Newest = 100;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("status", "Show a run, or the newest.");
        var run = new Argument<string?>("run") { Description = "The id of a run, an import or a scoring; without it, runs are listed, the newest first.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = string.Create(CultureInfo.InvariantCulture, $"List all runs, not only the newest {Newest}.") };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        command.Options.Add(all);
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
                await ListAsync(client, result.GetValue(all) ? int.MaxValue : Newest, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static async Task ShowAsync(PipelinesClient client, string runId, CancellationToken cancellationToken)
    {
        if (await client.GetAsync(runId, cancellationToken) is not { } run)
        {
            var other = await client.GetOtherAsync(runId, cancellationToken) ?? throw new CliException($"No run, import or scoring has the id '{runId}'. ./durableml status lists the runs.");
            await Console.Out.WriteLineAsync(RunTables.Headline(other));
            return;
        }

        await Console.Out.WriteLineAsync(RunTables.Headline(run));
        if (run.CustomStatus is { } progress)
        {
            var console = Terminal.Open();
            console.Write(RunTables.Live(progress, TimeProvider.System.GetUtcNow(), console.Profile.Width));
        }

        if (run.SweepReport is not null)
        {
            await Console.Out.WriteLineAsync($"./durableml sweep report {runId} writes a page with what the sweep has learned.");
        }

        if (run.CustomStatus?.Evaluation is { } evaluation)
        {
            string metrics = string.Join(", ", evaluation.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.0000}")));
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"evaluation: {metrics} over {evaluation.Examples} test examples"));
        }
    }

    private static async Task ListAsync(PipelinesClient client, int most, CancellationToken cancellationToken)
    {
        var table = new Table().RoundedBorder().AddColumns("run", "pipeline", "state", "started");
        var more = false;
        await foreach (var run in client.ListAsync(cancellationToken))
        {
            if (table.Rows.Count == most)
            {
                more = true;
                break;
            }

            table.AddRow(
                new Text(run.RunId ?? ""),
                new Text(run.Name ?? ""),
                new Text(run.State ?? ""),
                new Text(run.CreatedTime?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? ""));
        }

        Terminal.Open().Write(table);
        if (more)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"These are the newest {most}; --all lists the others too."));
        }
    }
}
