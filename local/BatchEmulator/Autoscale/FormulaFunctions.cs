using System.Globalization;
using static DurableMl.Local.BatchEmulator.Autoscale.FormulaValue;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>The predefined functions. Those of a doubleVecList take any mixture of doubles and vectors as one vector.</summary>
internal static class FormulaFunctions
{
    /// <summary>Calls a function.</summary>
    public static FormulaValue Call(string name, IReadOnlyList<FormulaValue> arguments, DateTimeOffset now, Random random)
    {
        switch (name)
        {
            case "avg":
                return new Number(Some(name, arguments).Average());
            case "len":
                return new Number(Flatten(name, arguments).Count);
            case "lg":
                return Each(name, arguments, Math.Log2);
            case "ln":
                return Each(name, arguments, Math.Log);
            case "log":
                return Each(name, arguments, Math.Log10);
            case "max":
                return new Number(Some(name, arguments).Max());
            case "min":
                return new Number(Some(name, arguments).Min());
            case "norm":
                return new Number(Math.Sqrt(Flatten(name, arguments).Sum(x => x * x)));
            case "percentile" when arguments is [Vector v, Number p]:
                return new Number(Percentile(v.Values, p.Value));
            case "rand" when arguments.Count == 0:
                // Chance for spreading load, not for secrets.
#pragma warning disable CA5394
                return new Number(random.NextDouble());
#pragma warning restore CA5394
            case "range":
                return new Number(Some(name, arguments).Max() - Some(name, arguments).Min());
            case "std":
                return new Number(StandardDeviation(Some(name, arguments)));
            case "sum":
                return new Number(Flatten(name, arguments).Sum());
            case "time" when arguments.Count == 0:
            case "time" when arguments is [Text { Value: "" }]:
                return new Timestamp(now);
            case "time" when arguments is [Text text]:
                return DateTimeOffset.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? new Timestamp(time)
                    : throw Failed($"time: '{text.Value}' is not a time");
            case "val" when arguments is [Vector v, Number i]:
                return i.Value >= 0 && i.Value < v.Values.Count ? new Number(v.Values[(int)i.Value]) : throw Failed($"val: there is no element {i} of {v.Values.Count}");
            case "vec":
                return new Vector(Flatten(name, arguments));
            case "ceil" or "floor" or "round" when arguments is [Number x]:
                return new Number(name == "ceil" ? Math.Ceiling(x.Value) : name == "floor" ? Math.Floor(x.Value) : Math.Round(x.Value, MidpointRounding.AwayFromZero));
            default:
                throw Failed($"there is no function {name}({string.Join(", ", arguments.Select(a => a.Type))})");
        }
    }

    private static List<double> Flatten(string name, IReadOnlyList<FormulaValue> arguments) => [.. arguments.SelectMany(a => a switch
    {
        Number n => [n.Value],
        Vector v => v.Values,
        _ => throw Failed($"{name} takes doubles and vectors, not a {a.Type}"),
    })];

    private static List<double> Some(string name, IReadOnlyList<FormulaValue> arguments) =>
        Flatten(name, arguments) is { Count: > 0 } values ? values : throw new FormulaException(FormulaException.InsufficientData, $"{name} of no values.");

    private static FormulaValue Each(string name, IReadOnlyList<FormulaValue> arguments, Func<double, double> function) =>
        arguments is [Number n] ? new Number(function(n.Value)) : new Vector([.. Flatten(name, arguments).Select(function)]);

    /// <summary>By nearest rank.</summary>
    private static double Percentile(IReadOnlyList<double> values, double percent)
    {
        if (values.Count == 0 || percent is not (>= 0 and <= 100))
        {
            throw Failed("percentile takes a vector with values and a number from 0 to 100");
        }

        var rank = Math.Max(1, (int)Math.Ceiling(percent / 100 * values.Count));
        return values.Order().ElementAt(rank - 1);
    }

    /// <summary>Of the sample: divided by one less than the count.</summary>
    private static double StandardDeviation(List<double> values)
    {
        var mean = values.Average();
        return values.Count < 2 ? 0 : Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1));
    }

    private static FormulaException Failed(string what) => new(FormulaException.Evaluation, what + ".");
}
