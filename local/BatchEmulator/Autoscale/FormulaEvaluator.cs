using static DurableMl.Local.BatchEmulator.Autoscale.FormulaValue;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>Evaluates the statements of a formula one after the other.</summary>
/// <param name="metrics">The service-defined variables that have samples, by name with the dollar sign.</param>
/// <param name="now">What time() returns.</param>
/// <param name="random">What rand() draws from.</param>
internal sealed class FormulaEvaluator(IReadOnlyDictionary<string, MetricHistory> metrics, DateTimeOffset now, Random random)
{
    private static readonly string[] Options = ["requeue", "terminate", "taskcompletion", "retaineddata"];

    private static readonly Dictionary<string, TimeSpan> Intervals = new()
    {
        ["TimeInterval_Zero"] = TimeSpan.Zero,
        ["TimeInterval_100ns"] = TimeSpan.FromTicks(1),
        ["TimeInterval_Microsecond"] = TimeSpan.FromMicroseconds(1),
        ["TimeInterval_Millisecond"] = TimeSpan.FromMilliseconds(1),
        ["TimeInterval_Second"] = TimeSpan.FromSeconds(1),
        ["TimeInterval_Minute"] = TimeSpan.FromMinutes(1),
        ["TimeInterval_Hour"] = TimeSpan.FromHours(1),
        ["TimeInterval_Day"] = TimeSpan.FromDays(1),
        ["TimeInterval_Week"] = TimeSpan.FromDays(7),
        ["TimeInterval_Year"] = TimeSpan.FromDays(365),
    };

    private readonly SortedDictionary<string, FormulaValue> variables = new(StringComparer.Ordinal);

    /// <summary>The values of all variables, set before or by the formula.</summary>
    public IReadOnlyDictionary<string, FormulaValue> Variables => variables;

    /// <summary>Sets a variable.</summary>
    public void Set(string name, FormulaValue value) => variables[name] = value;

    /// <summary>Runs the statements, up to stop().</summary>
    /// <exception cref="FormulaException">A statement has no value.</exception>
    public void Run(IEnumerable<Statement> statements)
    {
        try
        {
            foreach (var statement in statements)
            {
                var value = Evaluate(statement.Value);
                if (statement.Variable is { } name)
                {
                    Assign(name, value);
                }
            }
        }
        catch (StopException)
        {
            // stop() ends the evaluation; what was assigned so far counts.
        }
    }

    private void Assign(string name, FormulaValue value)
    {
        if (metrics.ContainsKey(name))
        {
            throw Failed($"{name} is read-only");
        }

        variables[name] = value is Metric ? Scalar(value) : value;
    }

    private FormulaValue Evaluate(Expression expression) => expression switch
    {
        Expression.Number number => new Number(number.Value),
        Expression.Text text => new Text(text.Value),
        Expression.Variable variable => Read(variable.Name),
        Expression.Vector vector => FormulaFunctions.Call("vec", [.. vector.Items.Select(i => Scalar(Evaluate(i)))], now, random),
        Expression.Unary unary => FormulaOperators.Apply(unary.Operator, Scalar(Evaluate(unary.Operand))),
        Expression.Binary { Operator: "&&" } and => FormulaOperators.Truth(IsTrue(and.Left) && IsTrue(and.Right)),
        Expression.Binary { Operator: "||" } or => FormulaOperators.Truth(IsTrue(or.Left) || IsTrue(or.Right)),
        Expression.Binary binary => FormulaOperators.Apply(binary.Operator, Scalar(Evaluate(binary.Left)), Scalar(Evaluate(binary.Right))),
        Expression.Conditional conditional => Evaluate(IsTrue(conditional.Condition) ? conditional.Then : conditional.Otherwise),
        Expression.Call { Function: "stop", Arguments.Count: 0 } => throw new StopException(),
        Expression.Call call => FormulaFunctions.Call(call.Function, [.. call.Arguments.Select(a => Scalar(Evaluate(a)))], now, random),
        Expression.MethodCall call => Call(call),
        Expression.Member member => Read(member),
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private bool IsTrue(Expression expression) =>
        Scalar(Evaluate(expression)) is Number number ? number.Value != 0 : throw Failed("a condition must be a double");

    private FormulaValue Read(string name)
    {
        if (variables.TryGetValue(name, out var value))
        {
            return value;
        }

        if (metrics.TryGetValue(name, out var history))
        {
            return new Metric(name, history);
        }

        if (Intervals.TryGetValue(name, out var interval))
        {
            return new Interval(interval);
        }

        return Options.Contains(name) ? new Text(name) : throw Failed($"{name} is not defined");
    }

    /// <summary>The current counts of nodes can be used as numbers; other metrics need a method.</summary>
    private static FormulaValue Scalar(FormulaValue value) => value switch
    {
        Metric { Name: "$CurrentDedicatedNodes" or "$CurrentLowPriorityNodes" or "$CurrentDedicated" or "$CurrentLowPriority" or "$PreemptedNodeCount" } metric =>
            metric.History.Last(1) is [var last] ? new Number(last) : throw new FormulaException(FormulaException.InsufficientData, $"{metric.Name} has no sample yet."),
        Metric metric => throw Failed($"{metric.Name} is a series of samples: use a method such as GetSample"),
        _ => value,
    };

    private FormulaValue Read(Expression.Member member)
    {
        if (Evaluate(member.Target) is not Timestamp { Value: var time })
        {
            throw Failed($"only a timestamp has the member {member.Name}");
        }

        return new Number(member.Name switch
        {
            "year" => time.Year,
            "month" => time.Month,
            "day" => time.Day,
            // Monday is 1, Sunday 7.
            "weekday" => time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek,
            "hour" => time.Hour,
            "minute" => time.Minute,
            "second" => time.Second,
            _ => throw Failed($"a timestamp has no member {member.Name}"),
        });
    }

    private FormulaValue Call(Expression.MethodCall call)
    {
        if (Evaluate(call.Target) is not Metric metric)
        {
            throw Failed($"only service-defined variables have methods such as {call.Method}");
        }

        var history = metric.History;
        var arguments = call.Arguments.Select(a => Scalar(Evaluate(a))).ToList();
        switch (call.Method, arguments)
        {
            case ("GetSample", [Number count]):
                return new Vector(history.Last((int)Math.Clamp(count.Value, 0, int.MaxValue)));
            case ("GetSample", [Timestamp or Interval, ..]):
                var (start, end, percent) = Span(arguments, takesPercent: true);
                return percent is { } least && history.Percent(start, end) < least
                    ? throw new FormulaException(FormulaException.InsufficientData, $"{metric.Name}: {history.Percent(start, end):0.#} % of the samples are there, {least} % are asked for.")
                    : new Vector(history.Between(start, end));
            case ("GetSamplePercent", [Timestamp or Interval, ..]):
                var span = Span(arguments, takesPercent: false);
                return new Number(history.Percent(span.Start, span.End));
            case ("GetSamplePeriod", []):
                return new Interval(MetricHistory.Period);
            case ("Count", []):
                return new Number(history.Count);
            case ("HistoryBeginTime", []):
                return new Timestamp(history.Begin ?? now);
            default:
                throw Failed($"{metric.Name} has no method {call.Method}({string.Join(", ", arguments.Select(a => a.Type))})");
        }
    }

    /// <summary>An interval looks back from now; the two ends may come in either order.</summary>
    private (DateTimeOffset Start, DateTimeOffset End, double? Percent) Span(List<FormulaValue> arguments, bool takesPercent)
    {
        double? percent = null;
        if (takesPercent && arguments[^1] is Number number)
        {
            percent = number.Value;
            arguments = arguments[..^1];
        }

        var ends = arguments.Select(a => a switch
        {
            Timestamp t => t.Value,
            Interval i when i.Value >= TimeSpan.Zero && i.Value < now - DateTimeOffset.MinValue => now - i.Value,
            _ => throw Failed("a time span is given by timestamps or intervals"),
        }).ToList();
        return ends.Count switch
        {
            1 => (ends[0], now, percent),
            2 => (ends.Min(), ends.Max(), percent),
            _ => throw Failed("a time span has a start and at most an end"),
        };
    }

    private static FormulaException Failed(string what) => new(FormulaException.Evaluation, what + ".");

    /// <summary>stop() unwinds the evaluation.</summary>
    private sealed class StopException : Exception;
}
