using System.Globalization;
using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>Where a parameter's values lie on an axis, and what the axis says.</summary>
/// <param name="dimension">The parameter.</param>
internal sealed class ParameterScale(Dimension dimension)
{
    private const int MostLabels = 8;

    /// <summary>The parameter's name.</summary>
    public string Name => dimension.Name;

    /// <summary>A trial's place, 0 to 1; null where the trial has no value, or one that the space does not have.</summary>
    public double? Place(TrialSummary trial)
    {
        if (trial.Parameters?.TryGetValue(dimension.Name, out JsonElement value) != true || dimension.Refusal(value) is not null)
        {
            return null;
        }

        return dimension.IsOrdered ? Math.Clamp(dimension.Unit(value), 0, 1) : (dimension.IndexOf(value) + 0.5) / dimension.Count!.Value;
    }

    /// <summary>What stands beside the axis.</summary>
    public IEnumerable<(double Place, string Label)> Labels()
    {
        if (dimension.IsOrdered)
        {
            return [(0, Text(dimension.At(0))), (0.5, Text(dimension.At(0.5))), (1, Text(dimension.At(1)))];
        }

        return dimension.Definition.Values.Take(MostLabels).Select((value, i) => ((i + 0.5) / dimension.Count!.Value, value.ToString()));
    }

    private static string Text(JsonElement value) => Svg.Number(value.GetDouble());
}

/// <summary>Where objectives lie on an axis, and how good they are.</summary>
internal sealed class ObjectiveScale
{
    // Training that diverges would press all else into a line; so much of the bad end may lie outside.
    private const double BadShare = 0.05;

    private readonly double[] sorted;
    private readonly bool lessIsBetter;

    public ObjectiveScale(IEnumerable<double> values, ObjectiveGoal goal)
    {
        lessIsBetter = goal == ObjectiveGoal.Minimize;
        sorted = [.. values.Where(double.IsFinite).Order()];
        int cut = sorted.Length < 20 ? 0 : (int)(BadShare * sorted.Length);
        Low = sorted.Length == 0 ? 0 : sorted[lessIsBetter ? 0 : cut];
        High = sorted.Length == 0 ? 1 : sorted[lessIsBetter ? sorted.Length - 1 - cut : sorted.Length - 1];
        if (High <= Low)
        {
            (Low, High) = (Low - Math.Max(1e-9, Math.Abs(Low) * 0.05), High + Math.Max(1e-9, Math.Abs(High) * 0.05));
        }
    }

    /// <summary>The least value on the axis.</summary>
    public double Low { get; }

    /// <summary>The greatest value on the axis.</summary>
    public double High { get; }

    /// <summary>A value's place, 0 to 1; those outside lie at the end.</summary>
    public double Place(double value) => Math.Clamp((value - Low) / (High - Low), 0, 1);

    /// <summary>From grey for the worst to orange for the best, by rank; equal ones share the better rank.</summary>
    public string Colour(double? value)
    {
        if (value is not { } number || !double.IsFinite(number) || sorted.Length == 0)
        {
            return "#94a3b8";
        }

        int asGood = sorted.Count(other => lessIsBetter ? other >= number : other <= number);
        return Shade(sorted.Length == 1 ? 1 : Math.Clamp((asGood - 1.0) / (sorted.Length - 1), 0, 1));
    }

    public IEnumerable<(double Place, string Label)> Labels() => [(0, Label(Low)), (0.5, Label((Low + High) / 2)), (1, Label(High))];

    // What is next to nothing on this axis is written so.
    private string Label(double value) => Math.Abs(value) < (High - Low) * 1e-3 ? "0" : Svg.Number(value);

    private static string Shade(double share)
    {
        (double At, int Red, int Green, int Blue)[] stops = [(0, 0x94, 0xa3, 0xb8), (0.5, 0x38, 0xa8, 0xe8), (0.9, 0x25, 0x50, 0xdb), (1, 0xea, 0x58, 0x0c)];
        int i = Array.FindIndex(stops, stop => share <= stop.At);
        if (i <= 0)
        {
            i = 1;
        }

        double between = Math.Clamp((share - stops[i - 1].At) / (stops[i].At - stops[i - 1].At), 0, 1);
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(stops[i - 1].Red, stops[i].Red):x2}{Mix(stops[i - 1].Green, stops[i].Green):x2}{Mix(stops[i - 1].Blue, stops[i].Blue):x2}");

        int Mix(int one, int other) => (int)Math.Round(one + (between * (other - one)));
    }
}
