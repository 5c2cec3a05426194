using static DurableMl.Local.BatchEmulator.Autoscale.FormulaValue;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>The operators and the types they take, as documented.</summary>
internal static class FormulaOperators
{
    /// <summary>Applies an operator before its operand.</summary>
    public static FormulaValue Apply(string op, FormulaValue operand) => (op, operand) switch
    {
        ("-", Number n) => new Number(-n.Value),
        ("!", Number n) => Truth(n.Value == 0),
        ("-", Interval i) => new Interval(-i.Value),
        ("-", Vector v) => new Vector([.. v.Values.Select(x => -x)]),
        _ => throw Wrong($"{op} {operand.Type}"),
    };

    /// <summary>Applies an operator between its operands.</summary>
    public static FormulaValue Apply(string op, FormulaValue left, FormulaValue right)
    {
        if (op is "<" or "<=" or ">" or ">=" or "==" or "!=")
        {
            return Compare(op, left, right);
        }

        return (op, left, right) switch
        {
            (_, Number a, Number b) => new Number(Arithmetic(op, a.Value, b.Value)),
            (_, Vector a, Number b) => new Vector([.. a.Values.Select(x => Arithmetic(op, x, b.Value))]),
            (_, Number a, Vector b) => new Vector([.. b.Values.Select(x => Arithmetic(op, a.Value, x))]),
            (_, Vector a, Vector b) when a.Values.Count == b.Values.Count => new Vector([.. a.Values.Zip(b.Values, (x, y) => Arithmetic(op, x, y))]),
            ("*", Number a, Interval b) => Scale(b.Value, a.Value),
            ("*", Interval a, Number b) => Scale(a.Value, b.Value),
            ("/", Interval a, Number b) => Scale(a.Value, 1 / b.Value),
            ("+", Interval a, Interval b) => Checked(() => new Interval(a.Value + b.Value)),
            ("-", Interval a, Interval b) => Checked(() => new Interval(a.Value - b.Value)),
            ("+", Interval a, Timestamp b) => Checked(() => new Timestamp(b.Value + a.Value)),
            ("+", Timestamp a, Interval b) => Checked(() => new Timestamp(a.Value + b.Value)),
            ("-", Timestamp a, Interval b) => Checked(() => new Timestamp(a.Value - b.Value)),
            ("-", Timestamp a, Timestamp b) => new Interval(a.Value - b.Value),
            _ => throw Wrong($"{left.Type} {op} {right.Type}"),
        };
    }

    /// <summary>1 or 0.</summary>
    public static Number Truth(bool value) => new(value ? 1 : 0);

    private static Number Compare(string op, FormulaValue left, FormulaValue right)
    {
        var order = (left, right) switch
        {
            (Number a, Number b) when double.IsNaN(a.Value) || double.IsNaN(b.Value) => (int?)null,
            (Number a, Number b) => a.Value.CompareTo(b.Value),
            (Text a, Text b) => string.CompareOrdinal(a.Value, b.Value),
            (Timestamp a, Timestamp b) => a.Value.CompareTo(b.Value),
            (Interval a, Interval b) => a.Value.CompareTo(b.Value),
            _ => throw Wrong($"{left.Type} {op} {right.Type}"),
        };
        return Truth(op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "==" => order == 0,
            _ => order != 0,
        });
    }

    private static double Arithmetic(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        _ => throw Wrong($"double {op} double"),
    };

    private static Interval Scale(TimeSpan interval, double factor) => Checked(() => new Interval(interval * factor));

    private static T Checked<T>(Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new FormulaException(FormulaException.Evaluation, "A time or an interval is out of range.");
        }
    }

    private static FormulaException Wrong(string what) => new(FormulaException.Evaluation, $"The operation {what} is not defined.");
}
