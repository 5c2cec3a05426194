using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Progress;

/// <summary>How trials' objectives went while somebody looked, each as a line of small bars.</summary>
internal sealed class Sparklines
{
    /// <summary>Bars of a line, at most. What does not fit is thinned out.</summary>
    public const int Width = 12;

    private const string Bars = "▁▂▃▄▅▆▇█";

    private readonly Dictionary<string, SortedDictionary<double, double>> curves = new(StringComparer.Ordinal);

    /// <summary>Notes where the trials are.</summary>
    public void Add(IEnumerable<RunTrial> trials)
    {
        foreach (RunTrial trial in trials)
        {
            if (trial is { Epoch: { } epoch, Objective: { } objective } && double.IsFinite(objective))
            {
                if (!curves.TryGetValue(trial.Id, out SortedDictionary<double, double>? curve))
                {
                    curves[trial.Id] = curve = [];
                }

                // Epochs come again after a preemption; the last value counts.
                curve[Math.Floor(epoch)] = objective;
            }
        }
    }

    /// <summary>The line of a trial, from its own least value to its greatest; empty where it has told fewer than two.</summary>
    public string Of(string trial)
    {
        if (!curves.TryGetValue(trial, out SortedDictionary<double, double>? curve) || curve.Count < 2)
        {
            return "";
        }

        double[] values = [.. curve.Values];
        int count = Math.Min(Width, values.Length);
        double low = values.Min(), span = values.Max() - low;
        return string.Concat(Enumerable.Range(0, count).Select(i => values[i * (values.Length - 1) / (count - 1)])
            .Select(value => Bars[span > 0 ? (int)Math.Round((value - low) / span * (Bars.Length - 1)) : 0]));
    }
}
