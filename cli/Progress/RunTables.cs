using System.Globalization;
using System.Text.Json;
using DurableMl.Cli.Pipelines;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DurableMl.Cli.Progress;

/// <summary>Draws the state of a run.</summary>
internal static class RunTables
{
    private const int BarWidth = 24;

    /// <summary>As wide as a value that is marked as the best.</summary>
    private const int ObjectiveWidth = 12;

    /// <summary>What a second objective and its mark take besides.</summary>
    private const int SecondWidth = 18;

    /// <summary>What the table takes beside its last column: borders, padding and the other columns at their widest.</summary>
    private const int OtherColumns = 62;

    /// <summary>Where there are fewer columns, the parameters matter more than the curves.</summary>
    private const int LeastForCurves = 110;

    /// <summary>The phases with bars, the trials below.</summary>
    /// <param name="progress">How far the run is.</param>
    /// <param name="now">The time that a phase under way is measured to.</param>
    /// <param name="width">Columns there are. What fills in place must not grow beyond the terminal's height, so each trial keeps to its line.</param>
    /// <param name="curves">How the trials' objectives went; null where nobody has followed them.</param>
    public static IRenderable Live(RunProgress progress, DateTimeOffset now, int width, Sparklines? curves = null)
    {
        var rows = new List<IRenderable> { Phases(progress, now) };
        if (progress.Dataset is { Version: not null } dataset)
        {
            rows.Add(new Text($"dataset {dataset.Name} {Short(dataset.Version)}, {dataset.Size()}{(dataset.Reused ? " (reused)" : "")}"));
        }

        if (progress.Sweep is { Paused: true })
        {
            rows.Add(new Text("the sweep is paused", new Style(Color.Yellow)));
        }

        // Of a large sweep no failed trial has a row that says why.
        if (progress.Sweep?.Failure is { } failure && !progress.Trials.Any(trial => trial.State == "failed"))
        {
            rows.Add(new Text(Cut(failure, width), new Style(Color.Yellow)));
        }

        if (progress.Trials.Count > 0)
        {
            rows.Add(Trials(Sorted(progress.Trials, progress.Objective), progress.Best, width, progress.Objective, width >= LeastForCurves ? curves : null, progress.ParetoFront));
        }

        return new Rows(rows);
    }

    /// <summary>How a run is, in a line, with the reason where it came to nothing.</summary>
    public static string Headline(RunDocument run)
    {
        var reason = run.CustomStatus?.Error ?? (run.Output is { ValueKind: JsonValueKind.String } message ? message.GetString() : null);
        return reason switch
        {
            null => $"{run.RunId}: {run.State}",
            _ when reason.StartsWith($"{run.State}: ", StringComparison.Ordinal) => $"{run.RunId}: {reason}",
            _ => $"{run.RunId}: {run.State}, {reason}",
        };
    }

    /// <summary>A row for each trial.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="best">The best of them.</param>
    /// <param name="width">Columns there are, to cut what does not fit on a line; null to wrap it.</param>
    /// <param name="sought">What is optimised; null where that is not known.</param>
    /// <param name="curves">How the trials' objectives went; null to leave them out.</param>
    /// <param name="front">The trials that none beats in both of two objectives.</param>
    public static Table Trials(IReadOnlyList<RunTrial> trials, RunBest? best, int? width = null, RunObjective? sought = null, Sparklines? curves = null, IReadOnlyList<string>? front = null)
    {
        var table = new Table().RoundedBorder();
        table.AddColumns("trial", "state", "epochs", Markup.Escape(Cut(sought?.Metric ?? "objective", ObjectiveWidth)));
        if (curves is not null)
        {
            table.AddColumn("curve");
        }

        table.AddColumns("starts", "parameters");
        var room = width - OtherColumns - (curves is null ? 0 : Sparklines.Width + 3) - (front is null ? 0 : SecondWidth);
        foreach (var trial in trials)
        {
            var objective = trial.Objectives() + (front?.Contains(trial.Id, StringComparer.Ordinal) == true ? " front" : "");
            var description = trial.Error is { } error && trial.State != "completed" ? $"{error} ({trial.Describe()})" : trial.Describe();
            List<IRenderable> row =
            [
                new Text(trial.Id),
                new Text(trial.State ?? "", StateStyle(trial.State)),
                new Text(trial.Epoch is { } epoch ? string.Create(CultureInfo.InvariantCulture, $"{epoch:0.#}/{trial.Budget:0.#}") : ""),
                new Text(trial.Id == best?.Trial ? $"{objective} best" : objective, trial.Id == best?.Trial ? new Style(Color.Green) : null),
            ];
            if (curves is not null)
            {
                row.Add(new Text(curves.Of(trial.Id)));
            }

            table.AddRow([.. row, new Text(Starts(trial)), new Text(Cut(description, room))]);
        }

        return table;
    }

    /// <summary>A row for each phase and its time.</summary>
    public static Table PhaseTimes(IReadOnlyList<RunPhase> phases)
    {
        var table = new Table().RoundedBorder();
        table.AddColumn("phase").AddColumn(new TableColumn("time").RightAligned());
        foreach (var phase in phases.Where(phase => phase.Name != PhaseNames.Done))
        {
            table.AddRow(new Text(phase.Name), new Text(Duration.Text(phase, phase.EndedAt ?? phase.StartedAt ?? default)));
        }

        return table;
    }

    /// <summary>The best first, then those that have no objective yet; as they come where it is not known what is better.</summary>
    private static IReadOnlyList<RunTrial> Sorted(IReadOnlyList<RunTrial> trials, RunObjective? sought) => sought?.Goal is not { } goal
        ? trials
        : [.. trials.OrderBy(trial => trial.Objective is null).ThenBy(trial => goal == "minimize" ? trial.Objective : -trial.Objective)];

    private static Grid Phases(RunProgress progress, DateTimeOffset now)
    {
        var grid = new Grid().AddColumns(4);
        foreach (var name in PhaseNames.All)
        {
            var phase = progress.Phases.FirstOrDefault(candidate => candidate.Name == name);
            if (phase is null && name == "approve")
            {
                continue; // Only some pipelines ask.
            }

            var current = phase is not null && phase.EndedAt is null;
            var share = phase?.EndedAt is not null ? 1 : current && progress.Total > 0 ? (progress.Done ?? 0) / (double)progress.Total : 0;
            grid.AddRow(
                new Text(name, current ? new Style(Color.Yellow) : null),
                Bar(share),
                new Text(current && progress.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{progress.Done}/{progress.Total}") : ""),
                new Text(phase is null ? "" : Duration.Text(phase, now)));
        }

        return grid;
    }

    private static Markup Bar(double share)
    {
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
        return new Markup($"[green]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/]");
    }

    /// <summary>The first start of each attempt, and the starts after a node was taken away.</summary>
    private static string Starts(RunTrial trial) => trial.Preemptions is > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{trial.Attempts}+{trial.Preemptions}")
        : trial.Attempts?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Cut(string text, int? length) => length is { } most && text.Length > Math.Max(most, 1) ? text[..Math.Max(most - 1, 0)] + "…" : text;

    private static Style? StateStyle(string? state) => state switch
    {
        "completed" => new Style(Color.Green),
        "failed" => new Style(Color.Red),
        "running" => new Style(Color.Yellow),
        "stopped" => new Style(Color.Grey),
        "retrying" => new Style(Color.Orange1),
        _ => null,
    };

    private static string Short(string version) => version[..Math.Min(version.Length, 12)];
}
