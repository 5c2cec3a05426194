using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Training;

[TestClass]
public sealed class ObserveTrialTests
{
    private static readonly Dictionary<string, double> Metrics = new(StringComparer.Ordinal) { ["epoch"] = 1, ["step"] = 50, ["validation_loss"] = 0.5, ["validation_accuracy"] = 0.8 };

    [TestMethod]
    public void A_metric_that_the_job_never_reports_is_found_after_the_first_epoch()
    {
        TrialObservation seen = ObserveTrial.Judge(running: true, null, new TrialProgress(1, Metrics, EpochEnded: true), 0, "validation_acuracy");

        Assert.AreEqual(TrialOutcomeKind.NonRetryable, seen.Outcome);
        Assert.AreEqual("the job does not report the metric 'validation_acuracy' of sweep.objective; did you mean 'validation_accuracy'?", seen.Message);
    }

    [TestMethod]
    public void What_it_reports_is_said_where_no_name_is_near() => StringAssert.EndsWith(
        ObserveTrial.Judge(running: true, null, new TrialProgress(1, Metrics, EpochEnded: true), 0, "bleu").Message, "it reports validation_accuracy, validation_loss");

    [TestMethod]
    public void Before_the_epoch_has_ended_the_metric_may_still_come()
    {
        TrialObservation seen = ObserveTrial.Judge(running: true, null, new TrialProgress(1, new Dictionary<string, double>(StringComparer.Ordinal) { ["step_loss"] = 1 }), 0, "validation_loss");

        Assert.IsNull(seen.Outcome);
    }

    [TestMethod]
    public void A_trial_without_the_metric_has_not_succeeded()
    {
        var result = new TrialResult { Attempt = 1, ExitCode = 0, Reason = "succeeded", Metrics = new Dictionary<string, MetricSummary>(StringComparer.Ordinal) { ["loss"] = new(0.1, 0.1, 0.1) } };

        TrialObservation seen = ObserveTrial.Judge(running: false, TrialOutcome.Classify(null, result, 1), ObserveTrial.Progress(result, best: null), 0, "accuracy");

        Assert.AreEqual(TrialOutcomeKind.NonRetryable, seen.Outcome);
    }

    [TestMethod]
    [DataRow(null, 0.7)]
    [DataRow(ObjectiveGoal.Maximize, 0.9)]
    [DataRow(ObjectiveGoal.Minimize, 0.1)]
    public void Where_the_best_epoch_counts_it_is_that_of_the_whole_training(ObjectiveGoal? best, double value)
    {
        var metrics = new Dictionary<string, MetricSummary>(StringComparer.Ordinal) { ["epoch"] = new(3, 1, 3), ["accuracy"] = new(0.7, 0.1, 0.9) };

        TrialProgress progress = ObserveTrial.Progress(new TrialResult { Attempt = 1, ExitCode = 0, Reason = "succeeded", Metrics = metrics }, best);

        Assert.AreEqual((3, value), (progress.Epoch, progress.Metrics["accuracy"]));
    }
}
