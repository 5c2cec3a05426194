using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Pipelines;

namespace Orchestrations.Tests.Evaluation;

[TestClass]
public class TallyTests
{
    [TestMethod]
    public void Classes_count_alike_however_many_examples_they_have()
    {
        var tally = new ClassTally(3);
        tally.Add([0, 0, 0], [0, 0, 0], [3, 0, 0, 3, 0, 0, 3, 0, 0]);
        tally.Add([1], [0], [3, 0, 0]);
        IReadOnlyDictionary<string, double> metrics = tally.Metrics();

        Assert.AreEqual(0.75, metrics["accuracy"]);
        Assert.AreEqual(0.5, metrics["balanced_accuracy"], "of the two classes that have examples");
        Assert.AreEqual((6.0 / 7) / 2, metrics["f1"], 1e-12);
        double right = Math.Log(Math.Exp(3) / (Math.Exp(3) + 2));
        Assert.AreEqual(-((3 * right) + right - 3) / 4, metrics["log_loss"], 1e-6, "of logits");
    }

    [TestMethod]
    public void Probabilities_are_taken_as_they_are_and_labels_alone_have_no_log_loss()
    {
        var sure = new ClassTally(2);
        sure.Add([0, 1], [0, 1], [0.8f, 0.2f, 0.5f, 0.5f]);
        var silent = new ClassTally(2);
        silent.Add([0, 1], [0, 7], []);

        Assert.AreEqual(-(Math.Log(0.8) + Math.Log(0.5)) / 2, sure.Metrics()["log_loss"], 1e-6);
        Assert.IsFalse(silent.Metrics().ContainsKey("log_loss"));
        Assert.AreEqual(0.5, silent.Metrics()["accuracy"]);
    }

    [TestMethod]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_the_right_order_and_equals_count_half()
    {
        var two = new ClassTally(2);
        two.Add([0, 0, 1, 1], [0, 0, 0, 1], [0.9f, 0.1f, 0.6f, 0.4f, 0.65f, 0.35f, 0.2f, 0.8f]);
        var equal = new ClassTally(2);
        equal.Add([0, 1], [0, 0], [0.5f, 0.5f, 0.5f, 0.5f]);
        var logits = new ClassTally(2);
        logits.Add([0, 0, 1, 1], [0, 0, 0, 1], [50, 0, 20, 0, 25, 0, 0, 9]);

        Assert.AreEqual(0.75, two.Metrics()["auc"], 1e-12);
        Assert.AreEqual(0.5, equal.Metrics()["auc"], 1e-12);
        Assert.AreEqual(0.75, logits.Metrics()["auc"], 1e-12, "however sure the model is");
    }

    [TestMethod]
    public void Of_more_classes_the_area_is_the_mean_of_each_against_the_rest_and_one_class_alone_has_none()
    {
        var three = new ClassTally(3);
        three.Add([0, 1, 2], [0, 2, 1], [0.8f, 0.1f, 0.1f, 0.1f, 0.2f, 0.7f, 0.1f, 0.6f, 0.3f]);
        var one = new ClassTally(3);
        one.Add([1], [1], [0.1f, 0.8f, 0.1f]);

        // Class 0 is told from both others; 1 and 2 each from the example of class 0 only.
        Assert.AreEqual((1 + 0.5 + 0.5) / 3, three.Metrics()["auc"], 1e-12);
        Assert.IsFalse(one.Metrics().ContainsKey("auc"));
    }

    [TestMethod]
    public void Several_labels_of_an_example_count_together_and_by_themselves()
    {
        var tally = new LabelTally(3);
        tally.Add([1, 1, 0], [0.9f, 0.6f, 0.1f]);
        tally.Add([0, 1, 0, 1, 0, 0], [0.8f, 0.2f, 0.1f, 0.7f, 0.1f, 0.6f]);
        IReadOnlyDictionary<string, double> metrics = tally.Metrics();

        Assert.AreEqual(3, tally.Examples);
        Assert.AreEqual(1.0 / 3, metrics["accuracy"], 1e-12);
        Assert.AreEqual(2.0 * 3 / (4 + 5), metrics["f1_micro"], 1e-12);
        Assert.AreEqual(((2 * 2.0 / 5) + (2.0 / 3)) / 2, metrics["f1_macro"], 1e-12, "of the two labels that have examples");
        Assert.AreEqual(3.0 / 9, metrics["hamming_loss"], 1e-12);
        Assert.AreEqual(
            -new[] { 0.9, 0.6, 0.9, 0.2, 0.2, 0.9, 0.7, 0.9, 0.4 }.Sum(Math.Log) / 9, metrics["log_loss"], 1e-6);
    }

    [TestMethod]
    public void Errors_are_in_the_targets_units_and_parts_add_up()
    {
        var tally = new ValueTally(1);
        tally.Add([1000, 1003], [1001, 1003]);
        tally.Add([1006, 1007], [1004, 1008]);
        IReadOnlyDictionary<string, double> metrics = tally.Metrics();

        Assert.AreEqual(Math.Sqrt(1.5), metrics["rmse"], 1e-9);
        Assert.AreEqual(1, metrics["mae"], 1e-9);
        Assert.AreEqual(1 - (6.0 / 30), metrics["r2"], 1e-9);
    }

    [TestMethod]
    [DataRow(null, 0.9, null, "accuracy 0.8 on the test split is below evaluate's minimum, 0.9")]
    [DataRow("log_loss", null, 0.2, "log_loss 0.3 on the test split is above evaluate's maximum, 0.2")]
    [DataRow("rmse", null, 1.0, "evaluate's metric rmse is not among what was tested on the test split: accuracy, log_loss")]
    [DataRow("log_loss", null, 0.4, null)]
    [DataRow(null, null, null, null)]
    public void A_model_beyond_its_bounds_is_refused(string? metric, double? minimum, double? maximum, string? refusal) => Assert.AreEqual(
        refusal,
        new EvaluationRule(metric, minimum, maximum).Refusal(Result(new() { ["accuracy"] = 0.8, ["log_loss"] = 0.3 })));

    [TestMethod]
    [DataRow("accuracy", 0.05, null)]
    [DataRow("accuracy", 0.01, "accuracy 0.8 on the test split is worse than the champion's 0.83 by more than evaluate's championTolerance, 0.01")]
    [DataRow("log_loss", 0.0, null)]
    [DataRow("auc", 0.1, "evaluate's metric auc is not among what was tested on the test split: accuracy, log_loss")]
    public void A_model_that_is_worse_than_the_champion_by_more_than_the_tolerance_is_refused(string metric, double tolerance, string? refusal)
    {
        EvaluationResult model = Result(new() { ["accuracy"] = 0.8, ["log_loss"] = 0.3 }) with
        {
            Champion = new ChampionResult("4", new Dictionary<string, double> { ["accuracy"] = 0.83, ["log_loss"] = 0.35 }, null),
        };

        Assert.AreEqual(refusal, new EvaluationRule(metric, null, null, tolerance).Refusal(model));
    }

    [TestMethod]
    public void A_champion_that_cannot_be_tested_is_not_taken_for_a_worse_one()
    {
        var broken = new ChampionResult("4", new Dictionary<string, double>(), null) { Problem = "it takes the columns 'old'" };

        Assert.AreEqual(
            "it cannot be compared with the champion, version 4: it takes the columns 'old'",
            new EvaluationRule(null, null, null, 0.1).Refusal(Result(new() { ["accuracy"] = 1 }) with { Champion = broken }));
        Assert.IsNull(new EvaluationRule(null, 0.5, null).Refusal(Result(new() { ["accuracy"] = 1 }) with { Champion = broken }));
    }

    [TestMethod]
    [DataRow(null, "accuracy 0.4 where island is 'Dream' is below evaluate's minimum, 0.5")]
    [DataRow("Biscoe", null)]
    [DataRow("Torgersen", "the test split has no rows with island 'Torgersen'; it has 'Biscoe', 'Dream'")]
    public void A_rule_about_a_slice_looks_at_that_slice_or_at_each(string? value, string? refusal)
    {
        EvaluationResult model = Result(new() { ["accuracy"] = 0.9 }) with
        {
            Slices = new Dictionary<string, IReadOnlyDictionary<string, SliceResult>>
            {
                ["island"] = new Dictionary<string, SliceResult>
                {
                    ["Biscoe"] = new(90, new Dictionary<string, double> { ["accuracy"] = 0.95 }), ["Dream"] = new(10, new Dictionary<string, double> { ["accuracy"] = 0.4 }),
                },
            },
        };

        Assert.AreEqual(refusal, new EvaluationRule(null, 0.5, null, null, new EvaluationSlice("island", value)).Refusal(model));
    }

    private static EvaluationResult Result(Dictionary<string, double> metrics) => new(metrics, 100, [], [], [], [], []);
}
