using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps;

/// <summary>A sweep of as many trials as a pipeline may ask for. docs/tuning.md has the numbers.</summary>
[TestClass]
public sealed class LargestSweepTests
{
    private const int Trials = 1000;
    private const int SchedulerMessage = 1024 * 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Its_result_and_its_report_are_messages_that_every_back_end_takes()
    {
        PipelineDefinition pipeline = PipelineJson.Definition();
        pipeline = pipeline with { Sweep = pipeline.Sweep with { Trials = Trials } };
        TrialStatus[] trials = [.. Enumerable.Range(0, Trials).Select(index => new TrialStatus(RunIds.TrialId(index), TrialState.Completed, 0.98765432109876543, 12.5, 3, 4, true, "told to stop: the node was taken away"))];
        var sweep = new SweepResult(trials, new BestTrial("trial-000", 0.98765432109876543), new string('a', 64), null, false);
        JsonElement report = JsonBlobs.ToElement(new RunOutput(
            new string('r', 48), pipeline.Name, RunState.Published, null, TrialSummary.Of(trials, pipeline.Sweep), sweep.Best, null, null, null, [], [], RunBlobs.Report("r")));

        int result = Bytes(JsonSerializer.Serialize(sweep));
        int input = Bytes(JsonSerializer.Serialize(new WriteReportInput(new string('r', 48), DateTime.UnixEpoch, report)));

        TestContext.WriteLine($"SweepResult: {result} bytes, WriteReportInput: {input} bytes");
        Assert.IsLessThan(SchedulerMessage / 2, result);
        Assert.IsLessThan(SchedulerMessage / 2, input);
    }

    private static int Bytes(string json) => Encoding.UTF8.GetByteCount(json);
}
