using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>compare</c>: runs side by side.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("compare", "Show runs side by side: their datasets, best parameters, and how their models did in the test.");
        var runs = new Argument<string[]>("runs") { Description = "The runs' ids, two or more.", Arity = new ArgumentArity(2, 16) };
        var api = new ApiOptions();
        command.Arguments.Add(runs);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var client = new PipelinesClient(http);
            var found = new List<RunDocument>();
            foreach (string run in result.GetRequiredValue(runs))
            {
                found.Add(await client.GetAsync(run, cancellationToken) ?? throw new CliException($"There is no run '{run}'. ./durableml status lists the runs."));
            }

            Terminal.Open().Write(Table(found));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A column for each run, a row for each thing that one of them has.</summary>
    internal static Table Table(IReadOnlyList<RunDocument> runs)
    {
        var table = new Table().RoundedBorder().AddColumn("");
        Dictionary<string, string>[] facts = [.. runs.Select(Facts)];
        foreach (RunDocument run in runs)
        {
            table.AddColumn(Markup.Escape(run.RunId ?? ""));
        }

        foreach (string name in facts.SelectMany(each => each.Keys).Distinct(StringComparer.Ordinal))
        {
            table.AddRow([new Text(name), .. facts.Select(each => new Text(each.GetValueOrDefault(name, "")))]);
        }

        return table;
    }

    private static Dictionary<string, string> Facts(RunDocument run)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = run.State ?? "", ["pipeline"] = run.Name ?? "" };
        RunProgress? progress = run.CustomStatus;
        RunOutput? output = run.Result();
        if ((output?.Dataset ?? progress?.Dataset) is { } dataset)
        {
            facts["dataset"] = $"{dataset.Name} {dataset.Version?[..Math.Min(12, dataset.Version.Length)]}";
        }

        if ((output?.Best ?? progress?.Best) is { } best)
        {
            facts["best trial"] = best.Trial ?? "";
            facts["objective"] = best.Objective?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
            IEnumerable<RunTrial> trials = output is { Trials.Count: > 0 } ? output.Trials : progress?.Trials ?? [];
            foreach ((string name, JsonElement value) in trials.FirstOrDefault(trial => trial.Id == best.Trial)?.Parameters ?? new Dictionary<string, JsonElement>())
            {
                facts[name] = value.ToString();
            }
        }

        foreach ((string metric, double value) in progress?.Evaluation?.Metrics ?? new Dictionary<string, double>())
        {
            facts["test " + metric] = value.ToString("0.####", CultureInfo.InvariantCulture);
        }

        if (output?.Model is { } model)
        {
            facts["model"] = $"{model.Model} {model.Version}";
        }

        return facts;
    }
}
