using System.Globalization;
using DurableMl.Local.BatchEmulator.Autoscale;
using FsCheck;
using FsCheck.Fluent;

namespace BatchEmulator.Tests.Autoscale;

[TestClass]
public sealed class FormulaTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 14, 30, 5, TimeSpan.Zero);

    [TestMethod]
    [DataRow("1 + 2 * 3", "7")]
    [DataRow("(1 + 2) * 3", "9")]
    [DataRow("10 / 4 - -1", "3.5")]
    [DataRow("1e3 + .5", "1000.5")]
    [DataRow("2 < 3 && 3 <= 3 || 0", "1")]
    [DataRow("!(1 == 2) ? 5 : 6", "5")]
    [DataRow("0 ? 1 : 0 ? 2 : 3", "3")]
    [DataRow("\"abc\" < \"abd\"", "1")]
    [DataRow("vec(1, 2) * 2 + vec(1, 1)", "[3,5]")]
    [DataRow("[1, 2, 3]", "[1,2,3]")]
    [DataRow("avg(vec(1, 2, 3), 6)", "3")]
    [DataRow("len(vec(1, 2), 3)", "3")]
    [DataRow("lg(8)", "3")]
    [DataRow("lg(vec(2), 8)", "[1,3]")]
    [DataRow("ln(1)", "0")]
    [DataRow("log(1000)", "3")]
    [DataRow("max(1, vec(5, 2))", "5")]
    [DataRow("min(1, vec(5, 2))", "1")]
    [DataRow("norm(3, 4)", "5")]
    [DataRow("percentile(vec(10, 20, 30, 40), 50)", "20")]
    [DataRow("range(7, 2, 5)", "5")]
    [DataRow("std(2, 4, 4, 4, 5, 5, 7, 9)", "2.138089935299395")]
    [DataRow("sum(1, vec(2, 3))", "6")]
    [DataRow("val(vec(7, 8, 9), 1)", "8")]
    [DataRow("time()", "2026-11-23T14:30:05.000Z")]
    [DataRow("time().weekday", "1")]
    [DataRow("time(\"2026-11-29\").weekday", "7")]
    [DataRow("(time() + (-6 * TimeInterval_Hour)).hour", "8")]
    [DataRow("time() - time(\"Mon, 23 Nov 2026 14:00:00 GMT\") > 30 * TimeInterval_Minute", "1")]
    [DataRow("TimeInterval_Week / 7 == TimeInterval_Day", "1")]
    [DataRow("rand() < 1", "1")]
    public void Expressions_have_their_documented_values(string expression, string expected)
    {
        var results = Evaluate($"x = {expression};").Results;

        StringAssert.EndsWith(results, ";x=" + expected);
    }

    [TestMethod]
    public void Comments_and_line_breaks_do_not_matter()
    {
        var decision = Evaluate("""
            // how many
            a = 2; /* and
            more */ $TargetDedicatedNodes =
              a * 2
            """);

        Assert.AreEqual(4, decision.DedicatedNodes);
    }

    [TestMethod]
    public void The_documented_pending_tasks_formula_waits_for_samples_then_follows_their_average()
    {
        const string Formula = """
            startingNumberOfVMs = 1;
            maxNumberofVMs = 25;
            pendingTaskSamplePercent = $PendingTasks.GetSamplePercent(180 * TimeInterval_Second);
            pendingTaskSamples = pendingTaskSamplePercent < 70 ? startingNumberOfVMs : avg($PendingTasks.GetSample(180 * TimeInterval_Second));
            $TargetDedicatedNodes=min(maxNumberofVMs, pendingTaskSamples);
            $NodeDeallocationOption = taskcompletion;
            """;

        Assert.AreEqual(1, Evaluate(Formula, metrics: Samples("$PendingTasks", 8, 8, 8)).DedicatedNodes);
        Assert.AreEqual(8, Evaluate(Formula, metrics: Samples("$PendingTasks", 6, 7, 8, 9, 10)).DedicatedNodes);
        var many = Evaluate(Formula, metrics: Samples("$PendingTasks", 100, 100, 100, 100, 100, 100));
        Assert.AreEqual(25, many.DedicatedNodes);
        Assert.AreEqual("taskcompletion", many.NodeDeallocationOption);
    }

    [TestMethod]
    public void The_documented_preemption_formula_replaces_spot_nodes_by_dedicated_ones()
    {
        var decision = Evaluate("""
            maxNumberofVMs = 25;
            $TargetDedicatedNodes = min(maxNumberofVMs, $PreemptedNodeCount.GetSample(180 * TimeInterval_Second));
            $TargetLowPriorityNodes = min(maxNumberofVMs , maxNumberofVMs - $TargetDedicatedNodes);
            $NodeDeallocationOption = taskcompletion;
            """, metrics: Samples("$PreemptedNodeCount", 3, 3));

        Assert.AreEqual(3, decision.DedicatedNodes);
        Assert.AreEqual(22, decision.LowPriorityNodes);
    }

    [TestMethod]
    public void The_documented_working_hours_formula_shows_its_variables_in_the_results()
    {
        var decision = Evaluate("""
            $curTime = time();
            $workHours = $curTime.hour >= 8 && $curTime.hour < 18;
            $isWeekday = $curTime.weekday >= 1 && $curTime.weekday <= 5;
            $isWorkingWeekdayHour = $workHours && $isWeekday;
            $TargetDedicated = $isWorkingWeekdayHour ? 20:10;
            """);

        Assert.AreEqual(
            "$TargetDedicatedNodes=20;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue;"
            + "$curTime=2026-11-23T14:30:05.000Z;$isWeekday=1;$isWorkingWeekdayHour=1;$workHours=1",
            decision.Results);
    }

    [TestMethod]
    public void The_documented_processor_formula_uses_the_current_number_of_nodes()
    {
        var metrics = Samples("$CPUPercent", Enumerable.Repeat(80.0, 130).ToArray());
        metrics["$CurrentDedicatedNodes"] = Samples("$CurrentDedicatedNodes", 10)["$CurrentDedicatedNodes"];

        var decision = Evaluate("""
            $totalDedicatedNodes =
                (min($CPUPercent.GetSample(TimeInterval_Minute * 10)) > 0.7) ?
                ($CurrentDedicatedNodes * 1.1) : $CurrentDedicatedNodes;
            $totalDedicatedNodes =
                (avg($CPUPercent.GetSample(TimeInterval_Minute * 60)) < 0.2) ?
                ($CurrentDedicatedNodes * 0.9) : $totalDedicatedNodes;
            $TargetDedicatedNodes = min(400, $totalDedicatedNodes)
            """, metrics: metrics);

        Assert.AreEqual(11, decision.DedicatedNodes);
    }

    [TestMethod]
    public void The_documented_initial_size_formula_keeps_the_size_until_it_has_run_long_enough()
    {
        const string Formula = """
            $TargetDedicatedNodes = 4;
            lifespan         = time() - time("{0}");
            span             = TimeInterval_Minute * 60;
            startup          = TimeInterval_Minute * 10;
            ratio            = 50;
            $TargetDedicatedNodes = (lifespan > startup ? (max($RunningTasks.GetSample(span, ratio), $ActiveTasks.GetSample(span, ratio)) == 0 ? 0 : $TargetDedicatedNodes) : 4);
            """;
        var metrics = Samples("$RunningTasks", new double[120]);
        metrics["$ActiveTasks"] = Samples("$ActiveTasks", new double[120])["$ActiveTasks"];

        Assert.AreEqual(4, Evaluate(Formula.Replace("{0}", Now.AddMinutes(-5).ToString("R"))).DedicatedNodes);
        Assert.AreEqual(0, Evaluate(Formula.Replace("{0}", Now.AddMinutes(-15).ToString("R")), metrics: metrics).DedicatedNodes);
    }

    [TestMethod]
    public void Too_few_samples_fail_the_evaluation_when_a_percentage_is_asked_for()
    {
        var error = Assert.ThrowsExactly<FormulaException>(() =>
            Evaluate("$TargetDedicatedNodes = sum($ActiveTasks.GetSample(10 * TimeInterval_Minute, 0 * TimeInterval_Minute, 75))", metrics: Samples("$ActiveTasks", 1, 2, 3)));

        Assert.AreEqual(FormulaException.InsufficientData, error.Code);
    }

    [TestMethod]
    public void Stop_ends_the_evaluation_with_what_was_assigned_before()
    {
        Assert.AreEqual(3, Evaluate("$TargetDedicatedNodes = 3; 1 == 1 ? stop() : 0; $TargetDedicatedNodes = 9;").DedicatedNodes);
    }

    [TestMethod]
    [DataRow("$TargetDedicatedNodes = 1 +", "ends too early")]
    [DataRow("$TargetDedicatedNodes = (1", "')' was expected")]
    [DataRow("a = 1\nb = #", "Line 2")]
    [DataRow("$TargetDedicatedNodes = unknown", "unknown is not defined")]
    [DataRow("$TargetDedicatedNodes = nope(1)", "no function nope(double)")]
    [DataRow("$TargetDedicatedNodes = $PendingTasks", "series of samples")]
    [DataRow("$TargetDedicatedNodes = -1", "not negative")]
    [DataRow("$TargetDedicatedNodes = 1 / 0", "not negative")]
    [DataRow("$TargetDedicatedNodes = time() * 2", "timestamp * double")]
    [DataRow("$PendingTasks = 2", "read-only")]
    [DataRow("$NodeDeallocationOption = 3", "must be requeue")]
    [DataRow("", "no statement")]
    public void Mistakes_are_named(string formula, string expected)
    {
        var error = Assert.ThrowsExactly<FormulaException>(() => Evaluate(formula));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Arithmetic_agrees_with_the_machines() =>
        Prop.ForAll(Gen.Sized(Arithmetic).ToArbitrary(), sample =>
        {
            var results = Evaluate($"x = {sample.Text};").Results;
            return results.EndsWith(";x=" + sample.Value.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal).Label($"{sample.Text} = {sample.Value}, not {results}");
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void No_text_makes_the_parser_fail_other_than_by_naming_a_mistake() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Elements("a", "$b", "1", "2.5", "+", "-", "*", "(", ")", "?", ":", ";", "=", "==", ",", ".", "\"", "[", "]", "//", "/*", "\n", "time()", "!", "&&", "é")).ToArbitrary(), words =>
        {
            try
            {
                FormulaParser.Parse(string.Concat(words));
            }
            catch (FormulaException)
            {
                // A mistake, named.
            }
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        Assert.ThrowsExactly<FormulaException>(() => FormulaParser.Parse("a = " + new string('(', 4000) + "1" + new string(')', 4000)));
        Assert.ThrowsExactly<FormulaException>(() => FormulaParser.Parse("a = " + new string('-', 8000) + "1"));
        Assert.ThrowsExactly<FormulaException>(() => FormulaParser.Parse("a = 1" + string.Concat(Enumerable.Repeat("+1", 4000))));
        Assert.AreEqual(900, Evaluate("$TargetDedicatedNodes = 0" + string.Concat(Enumerable.Repeat("+1", 900))).DedicatedNodes);
    }

    private static Gen<(string Text, double Value)> Arithmetic(int size)
    {
        var leaf = Gen.Choose(0, 1000).Select(i => (Text: (i / 8.0).ToString("R", CultureInfo.InvariantCulture), Value: i / 8.0));
        if (size < 2)
        {
            return leaf;
        }

        var inner = Arithmetic(size / 3);
        return Gen.OneOf(
            leaf,
            inner.Select(x => ($"-({x.Text})", -x.Value)),
            from a in inner
            from op in Gen.Elements('+', '-', '*')
            from b in inner
            select ($"({a.Text}) {op} ({b.Text})", op == '+' ? a.Value + b.Value : op == '-' ? a.Value - b.Value : a.Value * b.Value));
    }

    private static AutoScaleDecision Evaluate(string formula, Dictionary<string, MetricHistory>? metrics = null) =>
        AutoScaleDecision.Evaluate(formula, 0, 0, metrics ?? Samples("$PendingTasks"), Now, new Random(1));

    /// <summary>Samples every 30 seconds up to now.</summary>
    private static Dictionary<string, MetricHistory> Samples(string name, params double[] values)
    {
        var history = new MetricHistory();
        for (var i = 0; i < values.Length; i++)
        {
            history.Add(Now - (MetricHistory.Period * (values.Length - 1 - i)), values[i]);
        }

        return new Dictionary<string, MetricHistory> { [name] = history };
    }
}
