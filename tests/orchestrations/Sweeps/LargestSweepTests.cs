using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Sweeps;

/// <summary>A sweep of as many trials as a pipeline may ask for. docs/tuning.md has the numbers.</summary>
[TestClass]
public sealed class LargestSweepTests
{
    private const int SchedulerMessage = 1024 * 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void What_travels_through_messages_is_taken_by_every_back_end(bool rests)
    {
        PipelineDefinition pipeline = PipelineJson.Definition();
        SweepDefinition sweep = pipeline.Sweep with { Trials = SweepDefinition.MostTrials };
        SweptTrial[] trials = [.. Enumerable.Range(0, sweep.Trials).Select(number => Trial(number, sweep, rests))];
        var state = new SweepState(new SweepPreparation(new string('a', 64), false), DateTime.UnixEpoch) { Trials = trials };
        SweepResult result = SweepResult.Of(trials, sweep, state);
        JsonElement output = JsonBlobs.ToElement(new RunOutput(
            new string('r', 48), pipeline.Name, RunState.Published, null, TrialSummary.Of(result.Trials, sweep), result.Best, null, null, null, [], [], RunBlobs.Report("r")));

        foreach ((string what, object message) in ((string, object)[])
        [
            ("what a sweep carries along", new SweepInput(new string('r', 48), "d", "v", sweep) { State = state }),
            ("what is kept in a blob", new KeepTrialsInput(new string('r', 48), sweep, trials)),
            ("its result", result),
            ("the run's report on its way", new WriteReportInput(new string('r', 48), DateTime.UnixEpoch, output)),
        ])
        {
            int bytes = Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(message));
            TestContext.WriteLine($"{what}: {bytes} bytes");
            Assert.IsLessThan(SchedulerMessage, bytes, what);
        }
    }

    [TestMethod]
    public void A_trial_is_the_same_after_it_was_carried_along()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;
        SweptTrial[] trials =
        [
            Trial(3, sweep, rests: true),
            Trial(4711, sweep, rests: false) with { Step = 17, Stopping = true, Points = [new CurvePoint(1, double.NaN), new CurvePoint(2, 0.5)] },
            new SweptTrial(TrialStatus.NotBegun("trial-000"), 9),
            new SweptTrial(new TrialStatus("trial-001", TrialState.Failed, null, null, 2, 1, true, "diverged: é'\"") { OnNodes = TimeSpan.FromMinutes(3), Budget = 4 }, 4) { End = 3 },
        ];

        SweptTrial[] carried = JsonSerializer.Deserialize<SweptTrial[]>(JsonSerializer.Serialize(trials))!;

        CollectionAssert.AreEqual(trials.Select(Text).ToArray(), carried.Select(Text).ToArray());
        Assert.IsTrue(double.IsNaN(carried[1].Points[0].Objective));

        static string Text(SweptTrial trial) =>
            $"{trial.Status with { Parameters = null }} {JsonSerializer.Serialize(trial.Parameters)} {trial.Budget} {trial.Step} {trial.End} {trial.Stopping} {trial.Record} {string.Join(' ', trial.Points)}";
    }

    [TestMethod]
    [DataRow(SamplerKind.Random, null)]
    [DataRow(SamplerKind.Tpe, null)]
    [DataRow(SamplerKind.Sobol, SchedulerKind.Asha)]
    public async Task A_sweep_of_many_trials_keeps_its_history_short_and_all_its_trials(SamplerKind sampler, SchedulerKind? scheduler)
    {
        // DURABLEML_LARGEST_SWEEP=5000 for as many as there may be.
        int trials = int.Parse(Environment.GetEnvironmentVariable("DURABLEML_LARGEST_SWEEP") ?? "300", CultureInfo.InvariantCulture);
        SweepDefinition sweep = PipelineJson.Definition().Sweep with
        {
            Trials = trials, Parallelism = 16, Budget = 27, Sampler = new SamplerDefinition(sampler), Scheduler = scheduler is { } kind ? new SchedulerDefinition(kind) : null,
        };
        var input = new SweepInput(Storage.NewName("run"), "mnist", "v1", sweep);
        var since = TimeProvider.System.GetTimestamp();

        var history = new SweepHistory(RunIds.Sweep(input.RunId));
        SweepResult result = await history.RunAsync(input);

        TestContext.WriteLine($"{trials} trials, {sampler}, {scheduler}: {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s, {history.Executions} executions, at most {history.LargestInput} bytes carried along");
        Assert.AreEqual((trials, trials, 0), (result.Total, result.Completed, result.Failed));
        Assert.HasCount(SweepResult.MostTrials, result.Trials);
        TrialSummary[] all = [.. TrialSummary.Of(history.Kept!.Trials.Select(trial => trial.Status), history.Kept.Sweep)];
        CollectionAssert.AreEqual(Enumerable.Range(0, trials).Select(RunIds.TrialId).ToArray(), all.Select(trial => trial.Id).ToArray());
        Assert.AreEqual(all.Max(trial => trial.Objective), result.Best!.Objective);
        Assert.IsTrue(all.All(trial => trial.Parameters is { Count: > 0 }));
        Assert.IsLessThan(SchedulerMessage, history.LargestInput);
        Assert.IsLessThanOrEqualTo(SweepOrchestrator.ReportsPerExecution + 1, history.MostMessages);
    }

    [TestMethod]
    [DataRow(SamplerKind.Random, null)]
    [DataRow(SamplerKind.Tpe, SchedulerKind.Asha)]
    public async Task A_resumed_sweep_of_the_most_trials_takes_them_over_in_pages_and_trains_the_rest(SamplerKind sampler, SchedulerKind? scheduler)
    {
        // TPE looks at thousands of trials for each of the others.
        const int Left = 2;
        const int Done = SweepDefinition.MostTrials - Left;
        SweepDefinition sweep = PipelineJson.Definition().Sweep with
        {
            Trials = SweepDefinition.MostTrials, Parallelism = 16, Budget = 27, Sampler = new SamplerDefinition(sampler), Scheduler = scheduler is { } kind ? new SchedulerDefinition(kind) { Reduction = 27 } : null,
        };
        var random = new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed);
        var history = new SweepHistory("resumed")
        {
            Earlier = Enumerable.Range(0, Done).ToDictionary(RunIds.TrialId, number => new EarlierTrial(3, Trial(number, sweep, rests: true).Status with { Objective = number / 10_000.0 }, 4, 27)
            {
                Parameters = sampler == SamplerKind.Tpe ? random.Sample(number, []) : null,
            }, StringComparer.Ordinal),
        };

        SweepResult result = await history.RunAsync(new SweepInput(Storage.NewName("run"), "mnist", "v1", sweep, Resumed: true));

        TestContext.WriteLine($"{history.Executions} executions; carried along {history.LargestInput} bytes; the largest answer {history.LargestOutput} bytes, all of an execution {history.MostOutputs} characters");
        Assert.AreEqual((SweepDefinition.MostTrials, SweepDefinition.MostTrials), (result.Total, result.Completed));
        Assert.HasCount(Left, history.Begun.Select(trial => trial.TrialId).Distinct().ToArray());
        Assert.IsTrue(history.Begun.All(trial => RunIds.TrialIndex(trial.TrialId) >= Done), "nothing is trained twice");
        Assert.IsLessThan(SchedulerMessage, history.LargestInput);
        Assert.IsLessThan(SchedulerMessage / 8, history.LargestOutput);
        Assert.IsLessThan(SchedulerMessage, history.MostOutputs);
    }

    [TestMethod]
    public async Task What_a_resumed_run_has_left_of_its_trials_is_kept_in_pages()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        string run = Storage.NewName("run");
        EarlierTrial left = new(2, null, 1) { Parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["n"] = JsonSerializer.SerializeToElement(7) } };
        var trials = new Dictionary<string, EarlierTrial>(StringComparer.Ordinal) { ["trial-003"] = left, ["trial-250"] = left with { Attempts = 9 } };

        int covered = await ReadEarlierTrials.KeepAsync(blobs, run, trials, default);

        Assert.AreEqual(251, covered);
        var read = new ReadEarlierTrials(blobs);
        string[][] pages = await Task.WhenAll(Enumerable.Range(0, 3).Select(async page => (await read.RunAsync(new EarlierTrialsPage(run, page), default)).Keys.ToArray()));
        CollectionAssert.AreEqual(new[] { "trial-003", "", "trial-250" }, pages.Select(page => string.Join(' ', page)).ToArray());
        Assert.AreEqual(7, (await read.RunAsync(new EarlierTrialsPage(run, 0), default))["trial-003"].Parameters!["n"].GetInt32());
        InvalidOperationException gone = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => read.RunAsync(new EarlierTrialsPage(run, 3), default));
        StringAssert.Contains(gone.Message, run);
    }

    [TestMethod]
    public async Task The_status_of_a_large_sweep_reads_what_is_under_way_and_the_best_and_stays_small()
    {
        const int Trials = SweepDefinition.MostTrials, Ended = 6, Parallel = 16;
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) =>
            RunIds.TrialIndex(attempt.TrialId) switch
            {
                0 => Over(TrialOutcomeKind.NonRetryable, 0) with { Message = "diverged at step 3" },
                < Ended and var number => Over(TrialOutcomeKind.Succeeded, number / 1000.0),
                _ => Running(0.01, 1),
            });
        PipelineDefinition pipeline = hub.Pipeline();
        string id = await hub.ScheduleAsync(pipeline with { Sweep = pipeline.Sweep with { Trials = Trials, Parallelism = Parallel } });

        RunStatus status = await Eventually.GetAsync(
            async () => await RunStatusReader.ReadAsync(hub.Client, (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!, default) is { Done: Ended, Trials.Count: Parallel + 1 } seen ? seen : null, "some have ended, others train");

        Assert.AreEqual(("trial-005", 0.005), (status.Best!.Trial, status.Best.Objective));
        CollectionAssert.AreEqual(Enumerable.Range(Ended - 1, Parallel + 1).Select(RunIds.TrialId).ToArray(), status.Trials.Select(trial => trial.Id).ToArray(), "the best and those under way");
        Assert.AreEqual(Trials - status.Trials.Count, status.TrialsOmitted);
        Assert.AreEqual((1, $"diverged at step 3 (1 of {Trials} trials)"), (status.Sweep!.Failed, status.Sweep.Failure));
        Assert.IsLessThan(16 * 1024, JsonBlobs.ToElement(status).GetRawText().Length);
        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        await hub.EndAsync(id);
    }

    /// <summary>A trial as a spot node leaves it: preempted, with a learning sampler's parameters; or at rest at a rung.</summary>
    private static SweptTrial Trial(int number, SweepDefinition sweep, bool rests) => new(
        new TrialStatus(RunIds.TrialId(number), TrialState.Completed, 0.98765432109876543, 12.5, 3, 4, true, null)
        {
            OnNodes = TimeSpan.FromMinutes(12.3),
            Parameters = rests ? null : new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed).Sample(number, []),
        },
        27)
    {
        End = number + 1,
        Points = rests ? [new CurvePoint(1, 0.876543210987654), new CurvePoint(3, 0.912345678901234)] : [],
        Record = rests ? new TrialRecord(3, true) { OnNodes = TimeSpan.FromMinutes(12.3), Restarts = 4, Objective = 0.98765432109876543, Epoch = 12.5 } : null,
    };
}
