using System.Globalization;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>The drawings of a sweep's report.</summary>
internal sealed class ReportCharts
{
    private const double Width = 1120;
    private const double Left = 64;
    private const double Right = 40;

    // More lines or dots than these show nothing more, and make the page slow. The best are drawn.
    private const int MostLines = 500;
    private const int MostDots = 1000;
    private const int MostAxes = 12;
    private const int MostNodes = 40;

    private readonly SweepReport report;
    private readonly ParameterScale[] parameters;
    private readonly TrialSummary[] ranked;
    private readonly ObjectiveScale scale;

    public ReportCharts(SweepReport report)
    {
        this.report = report;
        parameters = [.. new SearchSpace(report.Parameters).Dimensions.Where(dimension => dimension.Count != 1).Select(dimension => new ParameterScale(dimension))];
        ranked = [.. report.Trials.Where(trial => trial.Objective is { } objective && double.IsFinite(objective)).OrderBy(trial => report.Objective.Goal == ObjectiveGoal.Minimize ? trial.Objective : -trial.Objective)];
        scale = new ObjectiveScale(ranked.Select(trial => trial.Objective!.Value), report.Objective.Goal);
    }

    /// <summary>The trials with an objective, the best first.</summary>
    public IReadOnlyList<TrialSummary> Ranked => ranked;

    /// <summary>How many trials are not drawn as lines.</summary>
    public int LinesLeftOut => Math.Max(0, ranked.Length - MostLines);

    /// <summary>How many parameters have no axis.</summary>
    public int AxesLeftOut => Math.Max(0, parameters.Length - MostAxes);

    /// <summary>The colour that stands for a trial.</summary>
    public string Colour(TrialSummary trial) => scale.Colour(trial.Objective);

    /// <summary>A line for each trial across an axis for each parameter; null where there is nothing to compare.</summary>
    public string? ParallelCoordinates()
    {
        if (parameters.Length == 0 || ranked.Length == 0)
        {
            return null;
        }

        const double Top = 40, Bottom = 300, Absent = 324;
        // The most important stand beside the objective, whose axis is the last.
        ParameterScale[] axes =
        [
            .. report.Importance.Take(MostAxes).Reverse().Select(importance => parameters.First(parameter => parameter.Name == importance.Parameter)),
        ];
        double step = (Width - Left - Right - 40) / axes.Length;
        var svg = new Svg(Width, Absent + 16);
        foreach (TrialSummary trial in ranked.Take(MostLines).Reverse())
        {
            IEnumerable<(double, double)> points = axes.Select((axis, i) => (Left + (i * step), axis.Place(trial) is { } place ? Y(place) : Absent))
                .Append((Left + (axes.Length * step), Y(scale.Place(trial.Objective!.Value))));
            svg.Path(trial.Id == report.Best?.Trial ? "path best" : "path", points, Colour(trial), Title(trial));
        }

        for (int i = 0; i <= axes.Length; i++)
        {
            double x = Left + (i * step);
            svg.Line("axis", x, Top, x, Bottom);
            svg.Text("name", x, Top - 18, i < axes.Length ? axes[i].Name : report.Objective.Metric, "middle", (int)Math.Max(10, step / 7));
            foreach ((double place, string label) in i < axes.Length ? axes[i].Labels() : scale.Labels())
            {
                svg.Text("tick", x + 5, Y(place) + 4, label, longest: (int)Math.Max(8, step / 7));
            }
        }

        return svg.ToString();

        static double Y(double place) => Bottom - (place * (Bottom - Top));
    }

    /// <summary>The two objectives against each other, with the Pareto front; null where there is one objective.</summary>
    public string? Pareto()
    {
        if (report is not { Second: { } second, ParetoFront: { } front })
        {
            return null;
        }

        const double Top = 16, Bottom = 320;
        TrialSummary[] shown = [.. ranked.Where(trial => trial.Second is { } value && double.IsFinite(value)).Take(MostDots)];
        var across = new ObjectiveScale(shown.Select(trial => trial.Second!.Value), second.Goal);
        var svg = new Svg(Width, Bottom + 40);
        Axes(svg, Left, Top, Width - Right, Bottom, scale.Labels());
        foreach ((double place, string label) in across.Labels())
        {
            svg.Text("tick", Left + (place * (Width - Left - Right)), Bottom + 16, label, "middle");
        }

        svg.Text("name", (Left + Width - Right) / 2, Bottom + 34, second.Metric, "middle");
        svg.Path("path", front.Select(id => shown.FirstOrDefault(trial => trial.Id == id)).OfType<TrialSummary>().Select(Place), "#ea580c", "the Pareto front");
        foreach (TrialSummary trial in shown)
        {
            (double x, double y) = Place(trial);
            svg.Dot(x, y, front.Contains(trial.Id, StringComparer.Ordinal) ? 5 : 3, front.Contains(trial.Id, StringComparer.Ordinal) ? "#ea580c" : "#94a3b8", Title(trial) + $"\n{second.Metric} {Svg.Number(trial.Second!.Value)}");
        }

        return svg.ToString();

        (double X, double Y) Place(TrialSummary trial) =>
            (Left + (across.Place(trial.Second!.Value) * (Width - Left - Right)), Bottom - (scale.Place(trial.Objective!.Value) * (Bottom - Top)));
    }

    /// <summary>The metric by epoch; null where no trial has told one.</summary>
    public string? LearningCurves()
    {
        TrialSummary[] shown = [.. report.Trials.Where(trial => report.Histories.TryGetValue(trial.Id, out TrialHistory? history) && history.Curve.Count > 0)];
        if (shown.Length == 0)
        {
            return null;
        }

        const double Top = 16, Bottom = 300;
        var values = new ObjectiveScale(shown.SelectMany(trial => report.Histories[trial.Id].Curve).Select(point => point.Value), report.Objective.Goal);
        double most = Math.Max(1, shown.Max(trial => report.Histories[trial.Id].Curve[^1].Epoch));
        var svg = new Svg(Width, Bottom + 36);
        Axes(svg, Left, Top, Width - Right, Bottom, values.Labels());
        foreach ((double place, string label) in ((double, string)[])[(0, "0"), (0.5, Svg.Number(most / 2)), (1, Svg.Number(most) + " epochs")])
        {
            svg.Text("tick", X(place * most), Bottom + 18, label, "middle");
        }

        foreach (TrialSummary trial in shown.OrderBy(trial => trial.Id == report.Best?.Trial))
        {
            IReadOnlyList<MetricPoint> curve = report.Histories[trial.Id].Curve;
            svg.Path(trial.Id == report.Best?.Trial ? "path best" : "path", curve.Select(point => (X(point.Epoch), Bottom - (values.Place(point.Value) * (Bottom - Top)))), Colour(trial), Title(trial));
            MetricPoint last = curve[^1];
            svg.Dot(X(last.Epoch), Bottom - (values.Place(last.Value) * (Bottom - Top)), 2.5, Colour(trial), Title(trial));
        }

        return svg.ToString();

        double X(double epoch) => Left + (epoch / most * (Width - Left - Right));
    }

    /// <summary>For each parameter, the objective over its values.</summary>
    public IEnumerable<string> Slices()
    {
        const double W = 268, L = 46, T = 22, R = 12, B = 150;
        if (ranked.Length == 0)
        {
            yield break;
        }

        foreach (ParameterImportance importance in report.Importance.Take(MostAxes))
        {
            ParameterScale parameter = parameters.First(one => one.Name == importance.Parameter);
            var svg = new Svg(W, B + 24);
            svg.Text("name", (W + L - R) / 2, 14, parameter.Name, "middle", 30);
            Axes(svg, L, T, W - R, B, scale.Labels());
            foreach ((double place, string label) in parameter.Labels())
            {
                svg.Text("tick", L + (place * (W - L - R)), B + 16, label, place == 0 ? "start" : place == 1 ? "end" : "middle", 10);
            }

            foreach (TrialSummary trial in ranked.Take(MostDots).Reverse())
            {
                if (parameter.Place(trial) is { } place)
                {
                    svg.Dot(L + (place * (W - L - R)), B - (scale.Place(trial.Objective!.Value) * (B - T)), trial.Id == report.Best?.Trial ? 5 : 3, Colour(trial), Title(trial));
                }
            }

            yield return svg.ToString();
        }
    }

    /// <summary>A bar for each parameter; null where none varies.</summary>
    public string? Importance()
    {
        if (report.Importance.Count == 0)
        {
            return null;
        }

        const double Label = 220, Row = 26, Room = Width - Label - 120;
        var svg = new Svg(Width, (report.Importance.Count * Row) + 8);
        foreach ((int i, ParameterImportance importance) in report.Importance.Index())
        {
            double y = 4 + (i * Row);
            svg.Text("name", Label - 10, y + 16, importance.Parameter, "end", 32);
            svg.Rectangle("track", Label, y + 3, Room, 18);
            svg.Rectangle("bar", Label, y + 3, Room * (importance.Share ?? 0), 18, title: string.Create(CultureInfo.InvariantCulture, $"{importance.Parameter}, from {importance.Trials} trials"));
            svg.Text("tick", Label + Room + 10, y + 16, importance.Share is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %") : "too few trials");
        }

        return svg.ToString();
    }

    /// <summary>A row for each node with the trials that ran on it; null where no process has started.</summary>
    public string? Timeline(out int nodesLeftOut)
    {
        (TrialSummary Trial, NodeTime Time)[] all = [.. report.Trials.SelectMany(trial => report.Histories.GetValueOrDefault(trial.Id)?.Nodes.Select(time => (trial, time)) ?? [])];
        IGrouping<string, (TrialSummary Trial, NodeTime Time)>[] nodes = [.. all.GroupBy(one => one.Time.Node, StringComparer.Ordinal).OrderBy(node => node.Min(one => one.Time.From)).ThenBy(node => node.Key, StringComparer.Ordinal)];
        nodesLeftOut = Math.Max(0, nodes.Length - MostNodes);
        if (all.Length == 0)
        {
            return null;
        }

        const double Label = 190, Row = 24, Top = 8;
        DateTimeOffset from = all.Min(one => one.Time.From);
        TimeSpan span = all.Max(End) - from;
        span = span < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : span;
        double bottom = Top + (Math.Min(nodes.Length, MostNodes) * Row);
        var svg = new Svg(Width, bottom + 30);
        foreach ((int i, IGrouping<string, (TrialSummary Trial, NodeTime Time)> node) in nodes.Take(MostNodes).Index())
        {
            double y = Top + (i * Row);
            svg.Line("grid", Label, y + Row - 2, Width - Right, y + Row - 2);
            svg.Text("tick", Label - 10, y + 15, node.Key.Length > 0 ? node.Key : "unknown node", "end", 26);
            foreach ((TrialSummary trial, NodeTime time) in node.OrderBy(one => one.Time.From))
            {
                double x = X(time.From), end = X(End((trial, time)));
                string told = string.Create(CultureInfo.InvariantCulture, $"{trial.Id}, attempt {time.Attempt}{(time.Start > 1 ? $", start {time.Start}" : "")}: {time.From:HH:mm:ss} to {(time.To is { } to ? $"{to:HH:mm:ss}" : "now")} UTC{(time.End == NodeTimeEnd.Preempted ? ", preempted" : "")}");
                svg.Rectangle("time", x, y + 2, Math.Max(end - x, 2), Row - 6, Colour(trial), told);
                if (end - x > 62)
                {
                    svg.Text("on", x + 5, y + 15, trial.Id, longest: 12);
                }

                if (time.End == NodeTimeEnd.Preempted)
                {
                    svg.Rectangle("lost", end - 2, y, 4, Row - 2, title: told);
                }
            }
        }

        foreach (double place in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            DateTimeOffset at = from + (span * place);
            svg.Text("tick", X(at), bottom + 18, at.ToString(span < TimeSpan.FromDays(1) ? "HH:mm:ss" : "dd MMM HH:mm", CultureInfo.InvariantCulture), place == 1 ? "end" : "middle");
        }

        return svg.ToString();

        double X(DateTimeOffset at) => Label + ((at - from) / span * (Width - Label - Right));

        DateTimeOffset End((TrialSummary Trial, NodeTime Time) one) => one.Time.End == NodeTimeEnd.None && one.Trial.State is Training.TrialState.Running ? report.At : one.Time.To ?? one.Time.From;
    }

    private static void Axes(Svg svg, double left, double top, double right, double bottom, IEnumerable<(double Place, string Label)> labels)
    {
        foreach ((double place, string label) in labels)
        {
            double y = bottom - (place * (bottom - top));
            svg.Line("grid", left, y, right, y);
            svg.Text("tick", left - 6, y + 4, label, "end", 9);
        }
    }

    private string Title(TrialSummary trial) =>
        $"{trial.Id}: {report.Objective.Metric} {(trial.Objective is { } objective ? Svg.Number(objective) : "not known")}"
        + string.Concat(parameters.Select(parameter => SweepReport.Text(trial, parameter.Name) is { } text ? $"\n{parameter.Name} {text}" : ""));
}
