using System.Globalization;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>A value in a formula.</summary>
internal abstract record FormulaValue
{
    /// <summary>The type's name in the documentation.</summary>
    public abstract string Type { get; }

    /// <summary>A double.</summary>
    public sealed record Number(double Value) : FormulaValue
    {
        public override string Type => "double";

        public override string ToString() => Format(Value);
    }

    /// <summary>A doubleVec.</summary>
    public sealed record Vector(IReadOnlyList<double> Values) : FormulaValue
    {
        public override string Type => "doubleVec";

        public override string ToString() => $"[{string.Join(',', Values.Select(Format))}]";
    }

    /// <summary>A string.</summary>
    public sealed record Text(string Value) : FormulaValue
    {
        public override string Type => "string";

        public override string ToString() => Value;
    }

    /// <summary>A timestamp.</summary>
    public sealed record Timestamp(DateTimeOffset Value) : FormulaValue
    {
        public override string Type => "timestamp";

        public override string ToString() => Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
    }

    /// <summary>A timeinterval.</summary>
    public sealed record Interval(TimeSpan Value) : FormulaValue
    {
        public override string Type => "timeinterval";

        public override string ToString() => Value.ToString("c", CultureInfo.InvariantCulture);
    }

    /// <summary>A service-defined variable with a history of samples.</summary>
    public sealed record Metric(string Name, MetricHistory History) : FormulaValue
    {
        public override string Type => Name;

        public override string ToString() => Name;
    }

    private static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
