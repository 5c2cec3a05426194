using System.Collections.ObjectModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>A sweep's report as one HTML page that needs nothing else: no script, no font, no picture from anywhere.</summary>
public static class ReportPage
{
    private const int MostRows = 200;

    private const string Style = """
        :root{color-scheme:light dark;--ink:#0f172a;--soft:#475569;--paper:#fff;--panel:#f8fafc;--line:#e2e8f0;--bar:#2563eb;--lost:#dc2626}
        @media(prefers-color-scheme:dark){:root{--ink:#e2e8f0;--soft:#94a3b8;--paper:#0f172a;--panel:#1e293b;--line:#334155;--bar:#60a5fa;--lost:#f87171}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1200px;padding:28px 24px 60px;font:14px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
        h1{font-size:22px;margin:0}h2{font-size:16px;margin:34px 0 4px}p{margin:4px 0 10px;color:var(--soft);max-width:80ch}
        .tiles{display:flex;flex-wrap:wrap;gap:12px;margin:18px 0}.tile{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 16px;min-width:130px}
        .tile b{display:block;font-size:20px}.tile span{color:var(--soft)}
        .figure{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px;overflow-x:auto}.figure svg{max-width:100%;height:auto;display:block}
        .grid-of{display:grid;grid-template-columns:repeat(auto-fill,minmax(268px,1fr));gap:12px}
        text{font:11px system-ui,sans-serif;fill:var(--ink)}.tick{fill:var(--soft);font-size:10px}.name{font-weight:600}.on{fill:#fff;font-size:10px;pointer-events:none}
        .axis{stroke:var(--soft)}.grid{stroke:var(--line)}.path{fill:none;stroke-width:1.2;stroke-opacity:.55}.path:hover,.path.best{stroke-width:3;stroke-opacity:1}
        .dot{fill-opacity:.8}.bar{fill:var(--bar)}.track{fill:var(--line)}.time{rx:3px}.lost{fill:var(--lost)}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--soft);font-weight:600}td.number,th.number{text-align:right}tr.best td{font-weight:600}.swatch{display:inline-block;vertical-align:middle;margin-right:6px}
        footer{margin-top:40px;color:var(--soft)}
        """;

    /// <summary>What the page may load: nothing but its own style.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>The page.</summary>
    public static string Of(SweepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var charts = new ReportCharts(report);
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(Svg.Escape(ContentSecurityPolicy)).Append("\"><title>")
            .Append(Svg.Escape($"Sweep of {report.RunId}")).Append("</title><style>").Append(Style).Append("</style></head><body>");
        Head(page, report);
        Section(page, "Two objectives", $"{report.Objective.Metric} over {report.Second?.Metric}. Orange are the trials that no other beats in both; the best is the one of them that is best in {report.Objective.Metric}.", charts.Pareto());
        Section(page, "Parallel coordinates", Note($"A line is a trial. Orange is the best, grey the worst by rank of {report.Objective.Metric}; the most important parameter stands beside it. A line that dips below an axis has no such parameter.", charts.LinesLeftOut, "trials that did worse are not drawn", charts.AxesLeftOut, "parameters have no axis"), charts.ParallelCoordinates());
        Section(page, "Learning curves", Histories(report, "The metric by epoch, in the colour of what each trial came to."), charts.LearningCurves());
        Section(page, "Parameter importance", "How much of the variance among the trials' ranks is gone once the parameter's value is known (first-order index from given data; Plischke et al. 2013). What parameters do only together is not in it. Trials that a scheduler trained longer look the better for it.", charts.Importance());
        string slices = string.Concat(charts.Slices().Select(slice => $"<div class=\"figure\">{slice}</div>"));
        if (slices.Length > 0)
        {
            page.Append("<section><h2>Slices</h2><p>The objective over each parameter's values.</p><div class=\"grid-of\">").Append(slices).Append("</div></section>");
        }

        string? timeline = charts.Timeline(out int nodesLeftOut);
        Section(page, "Trials on nodes", Note(Histories(report, "A row is a node; red is where it was taken away and Batch started the trial again. Times are UTC."), nodesLeftOut, "nodes are not drawn"), timeline);
        Evaluation(page, report);
        Decisions(page, report);
        Lineage(page, report);
        Trials(page, report, charts);
        page.Append(CultureInfo.InvariantCulture, $"<footer>Put together {report.At:yyyy-MM-dd HH:mm:ss} UTC.</footer></body></html>\n");
        return page.ToString();
    }

    private static void Head(StringBuilder page, SweepReport report)
    {
        page.Append("<h1>").Append(Svg.Escape($"Sweep of {report.RunId}")).Append("</h1><p>")
            .Append(Svg.Escape($"Pipeline {report.Pipeline}, {report.State}; {report.Objective.Goal.ToString().ToLowerInvariant()} {report.Objective.Metric}{(report.Finished is { } finished ? $". Ended: {finished}" : "")}"))
            .Append("</p><div class=\"tiles\">");
        if (report.Best is { } best)
        {
            Tile(Svg.Number(best.Objective), $"best, {best.Trial}");
        }

        Tile(Count(report.Trials.Count(trial => trial.State == TrialState.Completed)), $"of {Count(report.Trials.Count)} trials completed");
        foreach (TrialState state in (TrialState[])[TrialState.Running, TrialState.Failed, TrialState.Stopped])
        {
            if (report.Trials.Count(trial => trial.State == state) is > 0 and int number)
            {
                Tile(Count(number), state.ToString().ToLowerInvariant());
            }
        }

        if (report.Trials.Sum(trial => trial.Preemptions) is > 0 and int preemptions)
        {
            Tile(Count(preemptions), "preemptions");
        }

        Tile(report.Cost.NodeHours.ToString(report.Cost.NodeHours < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture), "node hours so far");
        if (report.Cost.Usd is { } usd)
        {
            Tile(usd.ToString("0.00", CultureInfo.InvariantCulture), "US dollars so far");
        }

        page.Append("</div>");

        void Tile(string value, string meaning) => page.Append("<div class=\"tile\"><b>").Append(Svg.Escape(value)).Append("</b><span>").Append(Svg.Escape(meaning)).Append("</span></div>");
    }

    private static void Section(StringBuilder page, string title, string note, string? figure)
    {
        if (figure is not null)
        {
            page.Append("<section><h2>").Append(title).Append("</h2><p>").Append(Svg.Escape(note)).Append("</p><div class=\"figure\">").Append(figure).Append("</div></section>");
        }
    }

    private static void Evaluation(StringBuilder page, SweepReport report)
    {
        if (report.Evaluation is not { } evaluation)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<section><h2>Evaluation</h2><p>The best trial's model on {evaluation.Examples} examples of the test split.</p><table><tr><th>metric</th><th class=\"number\">value</th></tr>");
        foreach ((string metric, double value) in evaluation.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            page.Append("<tr><td>").Append(Svg.Escape(metric)).Append("</td><td class=\"number\">").Append(Svg.Number(value)).Append("</td></tr>");
        }

        page.Append("</table></section>");
    }

    private static void Decisions(StringBuilder page, SweepReport report)
    {
        if (report.Decisions is not { Count: > 0 } decisions)
        {
            return;
        }

        page.Append("<section><h2>Decisions</h2><table><tr><th>when</th><th>who</th><th>what</th><th>why</th></tr>");
        foreach (SweepDecision decision in decisions)
        {
            string what = $"{decision.Action.ToString().ToLowerInvariant()}{(decision.Trial is { } trial ? $" {trial}" : "")}{(decision.Refused is { } refused ? $" (refused: {refused})" : "")}";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{decision.At:yyyy-MM-dd HH:mm:ss}</td><td>{Svg.Escape(decision.By ?? "")}</td><td>{Svg.Escape(what)}</td><td>{Svg.Escape(decision.Comment ?? "")}</td></tr>");
        }

        page.Append("</table></section>");
    }

    /// <summary>Whose weights trials have gone on from, where the sweep trains a population.</summary>
    private static void Lineage(StringBuilder page, SweepReport report)
    {
        TrialSummary[] followers = [.. report.Trials.Where(trial => trial.Lineage is { Count: > 0 })];
        if (followers.Length == 0)
        {
            return;
        }

        HashSet<string> varying = [.. report.Importance.Select(importance => importance.Parameter)];
        page.Append("<section><h2>Lineage</h2><p>Whose checkpoint a trial went on from, at which epoch, and what it had trained with until then.</p><div class=\"figure\"><table><tr><th>trial</th><th class=\"number\">epoch</th><th>followed</th><th>until then</th></tr>");
        foreach ((TrialSummary trial, TrialAncestor ancestor) in followers.SelectMany(trial => trial.Lineage!.Select(ancestor => (trial, ancestor))).Take(MostRows))
        {
            string replaced = string.Join(", ", (ancestor.Replaced ?? ReadOnlyDictionary<string, JsonElement>.Empty).Where(value => varying.Contains(value.Key)).Select(value => $"{value.Key} {value.Value}"));
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Svg.Escape(trial.Id)}</td><td class=\"number\">{ancestor.Epoch}</td><td>{Svg.Escape(ancestor.Trial)}</td><td>{Svg.Escape(replaced)}</td></tr>");
        }

        page.Append("</table></div></section>");
    }

    private static void Trials(StringBuilder page, SweepReport report, ReportCharts charts)
    {
        string[] names = [.. report.Importance.Select(importance => importance.Parameter)];
        TrialSummary[] rows = [.. charts.Ranked.Concat(report.Trials.Except(charts.Ranked)).Take(MostRows)];
        page.Append("<section><h2>Trials</h2><p>").Append(Svg.Escape(Note("The best first.", report.Trials.Count - rows.Length, "more are in the JSON report"))).Append("</p><div class=\"figure\"><table><tr><th>trial</th><th>state</th><th class=\"number\">")
            .Append(Svg.Escape(report.Objective.Metric)).Append("</th><th class=\"number\">epochs</th>");
        foreach (string name in names)
        {
            page.Append("<th>").Append(Svg.Escape(name)).Append("</th>");
        }

        if (report.Second is { } second)
        {
            page.Append("<th class=\"number\">").Append(Svg.Escape(second.Metric)).Append("</th>");
        }

        page.Append("<th class=\"number\">preemptions</th><th>error</th></tr>");
        foreach (TrialSummary trial in rows)
        {
            var swatch = new Svg(10, 10);
            swatch.Rectangle("time", 0, 0, 10, 10, charts.Colour(trial));
            page.Append(trial.Id == report.Best?.Trial ? "<tr class=\"best\"><td>" : "<tr><td>").Append("<span class=\"swatch\">").Append(swatch).Append("</span>").Append(Svg.Escape(trial.Id))
                .Append("</td><td>").Append(trial.State.ToString().ToLowerInvariant())
                .Append("</td><td class=\"number\">").Append(trial.Objective is { } objective ? objective.ToString("0.#####", CultureInfo.InvariantCulture) : "")
                .Append("</td><td class=\"number\">").Append(CultureInfo.InvariantCulture, $"{trial.Epoch:0.#}/{trial.Budget}").Append("</td>");
            foreach (string name in names)
            {
                page.Append("<td>").Append(Svg.Escape(SweepReport.Text(trial, name) ?? "")).Append("</td>");
            }

            if (report.Second is not null)
            {
                page.Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{trial.Second:0.#####}{(report.ParetoFront?.Contains(trial.Id, StringComparer.Ordinal) == true ? " front" : "")}</td>");
            }

            page.Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{trial.Preemptions}</td><td>{Svg.Escape(trial.Error ?? "")}</td></tr>");
        }

        page.Append("</table></div></section>");
    }

    private static string Histories(SweepReport report, string note) =>
        Note(note, report.Trials.Count(trial => trial.Attempts > 0 && !report.Histories.ContainsKey(trial.Id)), "trials that did worse are left out");

    private static string Note(string text, int leftOut, string what, int others = 0, string othersWhat = "") =>
        text + (leftOut > 0 ? $" {Count(leftOut)} {what}." : "") + (others > 0 ? $" {Count(others)} {othersWhat}." : "");

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
