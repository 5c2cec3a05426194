using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Training;

[TestClass]
public sealed class StormTests
{
    [TestMethod]
    public async Task A_storm_of_preemptions_and_throttling_changes_no_result_of_a_sweep()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync(
            spotNodes: 3, ("Faults__Seed", "11"), ("Faults__PreemptionInterval", "00:00:02"), ("Faults__ThrottleProbability", "0.1"));
        string trace = cluster.FilePath("trace");
        SweepDefinition stormy = TrainingCluster.Sweep(trials: 5, budget: 2, steps: 40, pause: 0.03, trace, preemptions: 2);
        string sweep = await cluster.StartSweepAsync("storm", stormy);
        // On a busy machine chance may strike only nodes where nothing trains yet; this strikes them all when something does.
        await Eventually.TrueAsync(() => Trace.Read(trace).Count > 0, "a trial trains");
        await cluster.PreemptSpotNodesAsync();
        SweepResult storm = await cluster.OutputAsync<SweepResult>(sweep);

        Assert.IsTrue(storm.Trials.All(trial => trial.State == TrialState.Completed), string.Join(Environment.NewLine, storm.Trials));
        for (int i = 0; i < storm.Trials.Count; i++)
        {
            Assert.AreEqual(Undisturbed(stormy, i), storm.Trials[i].Objective!.Value, 1e-9, storm.Trials[i].ToString());
        }

        Assert.IsGreaterThan(0, storm.Trials.Sum(trial => trial.Preemptions), "It was no storm.");
    }

    /// <summary>What the counting job comes to, reckoned here from the step's rule with Python's own generator.</summary>
    private static double Undisturbed(SweepDefinition sweep, int trial)
    {
        double rate = new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed).Sample(trial, [])["rate"].GetDouble();
        int seed = RandomSampler.SeedOf(sweep.Seed, trial);
        string script = FormattableString.Invariant($$"""
            import random
            weight = 0.0
            for step in range(80):
                weight += {{rate:R}} * (1 - weight + random.Random("{{seed}}/%d" % step).uniform(-0.1, 0.1))
            print(repr(1 - abs(1 - weight)))
            """);
        using var python = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Repository.Python, ["-c", script]) { RedirectStandardOutput = true })!;
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return double.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
    }
}
