using System.Globalization;
using static DurableMl.Local.BatchEmulator.Autoscale.FormulaValue;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>What a formula says about a pool.</summary>
/// <param name="DedicatedNodes">The target for dedicated nodes.</param>
/// <param name="LowPriorityNodes">The target for spot nodes.</param>
/// <param name="NodeDeallocationOption">What becomes of tasks on nodes that leave.</param>
/// <param name="Results">The values of the variables, as autoScaleRun.results.</param>
internal sealed record AutoScaleDecision(int DedicatedNodes, int LowPriorityNodes, string NodeDeallocationOption, string Results)
{
    private const string Dedicated = "$TargetDedicatedNodes";
    private const string LowPriority = "$TargetLowPriorityNodes";
    private const string Option = "$NodeDeallocationOption";

    /// <summary>Evaluates the formula for a pool that has these targets.</summary>
    /// <exception cref="FormulaException">It cannot be read or has no result.</exception>
    public static AutoScaleDecision Evaluate(
        string formula, int dedicatedNodes, int lowPriorityNodes, IReadOnlyDictionary<string, MetricHistory> metrics, DateTimeOffset now, Random random)
    {
        var statements = FormulaParser.Parse(formula);
        var evaluator = new FormulaEvaluator(metrics, now, random);
        var (dedicated, lowPriority) = (new Number(dedicatedNodes), new Number(lowPriorityNodes));
        foreach (var (name, value) in ((string, FormulaValue)[])
            [(Dedicated, dedicated), (LowPriority, lowPriority), ("$TargetDedicated", dedicated), ("$TargetLowPriority", lowPriority), (Option, new Text("requeue"))])
        {
            evaluator.Set(name, value);
        }

        evaluator.Run(statements);
        var newDedicated = Target(evaluator, Dedicated, "$TargetDedicated", dedicated);
        var newLowPriority = Target(evaluator, LowPriority, "$TargetLowPriority", lowPriority);
        var option = evaluator.Variables[Option] is Text { Value: "requeue" or "terminate" or "taskcompletion" or "retaineddata" } text
            ? text.Value
            : throw new FormulaException(FormulaException.Evaluation, $"{Option} must be requeue, terminate, taskcompletion or retaineddata.");

        string[] own = [Dedicated, LowPriority, "$TargetDedicated", "$TargetLowPriority", Option];
        var results = evaluator.Variables.Where(v => !own.Contains(v.Key)).Select(v => $"{v.Key}={v.Value}")
            .Prepend($"{Option}={option}")
            .Prepend($"{LowPriority}={newLowPriority.ToString(CultureInfo.InvariantCulture)}")
            .Prepend($"{Dedicated}={newDedicated.ToString(CultureInfo.InvariantCulture)}");
        return new AutoScaleDecision(newDedicated, newLowPriority, option, string.Join(';', results));
    }

    /// <summary>The full name takes precedence over the alias when the formula assigns both.</summary>
    private static int Target(FormulaEvaluator evaluator, string name, string alias, Number before)
    {
        var value = ReferenceEquals(evaluator.Variables[name], before) ? evaluator.Variables[alias] : evaluator.Variables[name];
        return value is Number { Value: >= 0 and < int.MaxValue } number
            ? (int)number.Value
            : throw new FormulaException(FormulaException.Evaluation, $"{name} must be a double that is not negative; it is {value}.");
    }
}
