using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Sweeps;

/// <summary>What people decide about a sweep under way.</summary>
[TestClass]
public sealed class SweepDecisionTests
{
    [TestMethod]
    public async Task A_paused_sweep_begins_nothing_until_it_is_resumed()
    {
        bool over = false;
        var training = new ScriptedTraining((_, _) => Volatile.Read(ref over) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running());
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = await StartAsync(hub, sweep => sweep with { Parallelism = 2 }, training);

        await DecideAsync(hub, input, new SweepDecision(SweepAction.Pause) { By = "Ada" });
        Volatile.Write(ref over, true);
        foreach (string trial in (string[])["trial-000", "trial-001"])
        {
            await hub.Client.WaitForInstanceCompletionAsync(RunIds.Trial(input.RunId, trial), hub.Timeout);
        }

        // Taken after the ends of both trials, which were sent before.
        await DecideAsync(hub, input, new SweepDecision(SweepAction.Pause));
        Assert.AreEqual(2, training.Submitted.Count);
        await DecideAsync(hub, input, new SweepDecision(SweepAction.Resume) { By = "Ada" });
        SweepResult result = await EndAsync(hub, input);

        Assert.AreEqual((6, 6), (training.Submitted.Count, result.Trials.Count(trial => trial.State == TrialState.Completed)));
        CollectionAssert.AreEqual(new[] { null, "the sweep is paused already", null }, result.Decisions.Select(decision => decision.Refused).ToArray());
        Assert.IsTrue(result.Decisions is [{ By: "Ada", At: not null }, ..]);
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, training.Decisions.Select(decision => decision.Number).ToArray());
    }

    [TestMethod]
    public async Task A_trial_that_a_person_stops_ends_and_another_takes_its_slot()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) == 1 ? Running(0.4, 1) : Over(TrialOutcomeKind.Succeeded, 0.9));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = await StartAsync(hub, sweep => sweep with { Parallelism = 1 }, training, submitted: 2);

        await DecideAsync(hub, input, new SweepDecision(SweepAction.Stop) { Trial = "trial-001", By = "Ada", Comment = "no hope" });
        await DecideAsync(hub, input, new SweepDecision(SweepAction.Stop) { Trial = "trial-000" }, isTaken: false);
        SweepResult result = await EndAsync(hub, input);

        Assert.AreEqual((TrialState.Stopped, "stopped by Ada: no hope", 0.4), (result.Trials[1].State, result.Trials[1].Error, result.Trials[1].Objective));
        Assert.AreEqual(5, result.Trials.Count(trial => trial.State == TrialState.Completed));
        Assert.AreEqual(1, training.Asked.Count, "the job was asked to save a checkpoint");
    }

    [TestMethod]
    public async Task A_trial_that_is_stopped_before_it_begins_never_does()
    {
        bool over = false;
        var training = new ScriptedTraining((_, _) => Volatile.Read(ref over) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running());
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = await StartAsync(hub, sweep => sweep with { Parallelism = 1 }, training);

        await DecideAsync(hub, input, new SweepDecision(SweepAction.Stop) { Trial = "trial-003" });
        Volatile.Write(ref over, true);
        SweepResult result = await EndAsync(hub, input);

        Assert.AreEqual((TrialState.Stopped, 0), (result.Trials[3].State, result.Trials[3].Attempts));
        CollectionAssert.DoesNotContain(training.Submitted.Select(Number).ToArray(), 3);
    }

    [TestMethod]
    public async Task A_person_ends_a_sweep_with_what_it_has()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) == 0 ? Over(TrialOutcomeKind.Succeeded, 0.7) : Running());
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = await StartAsync(hub, sweep => sweep with { Parallelism = 2 }, training, submitted: 3);

        await DecideAsync(hub, input, new SweepDecision(SweepAction.Stop) { By = "Ada" }, isTaken: false);
        SweepResult result = await EndAsync(hub, input);

        Assert.AreEqual(("stopped by Ada", null, new BestTrial("trial-000", 0.7)), (result.Finished, result.Stopped, result.Best));
        Assert.AreEqual(5, result.Trials.Count(trial => trial.State == TrialState.Cancelled));
    }

    [TestMethod]
    public async Task Added_trials_run_too_and_one_has_the_parameters_that_were_given()
    {
        bool over = false;
        var training = new ScriptedTraining((_, _) => Volatile.Read(ref over) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running());
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = await StartAsync(hub, sweep => sweep with { Parallelism = 1 }, training);

        await DecideAsync(hub, input, new SweepDecision(SweepAction.Add) { Trials = 2 });
        await DecideAsync(hub, input, new SweepDecision(SweepAction.Add) { Parameters = Rate(0.0123) });
        await DecideAsync(hub, input, new SweepDecision(SweepAction.Parallelism) { Parallelism = 9 });
        await Eventually.TrueAsync(() => Task.FromResult(training.Submitted.Count == 9), "all are under way at a time");
        Volatile.Write(ref over, true);
        SweepResult result = await EndAsync(hub, input);

        Assert.AreEqual(6 + 2 + 1, result.Trials.Count(trial => trial.State == TrialState.Completed));
        TrialAttempt own = training.Submitted.Single(attempt => attempt.TrialId == "trial-001");
        Assert.AreEqual(0.0123, own.Parameters["learning_rate"].GetDouble());
        CollectionAssert.AreEquivalent(input.Sweep.Parameters.Keys.ToArray(), own.Parameters.Keys.ToArray(), "what was not given is drawn");
        Assert.AreEqual(0.0123, TrialSummary.Of(result.Trials, input.Sweep)[1].Parameters!["learning_rate"].GetDouble());
    }

    [TestMethod]
    public async Task A_resumed_sweep_has_the_trials_that_people_had_added_each_once()
    {
        var training = new ScriptedTraining((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9)) { Blobs = await Storage.BlobsAsync() };
        await training.Blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = new(Storage.NewName("run"), "mnist", "v1", PipelineJson.Definition().Sweep, Resumed: true);
        SweepDecision[] decisions =
        [
            new(SweepAction.Add) { Trials = 2 }, new(SweepAction.Add) { Parameters = Rate(0.0123) }, new(SweepAction.Add) { Parameters = Rate(0.0132) },
            new(SweepAction.Add) { Trials = 5, Refused = "too late" }, new(SweepAction.Pause),
        ];
        for (int i = 0; i < decisions.Length; i++)
        {
            await new RecordDecision(training.Blobs).RunAsync(new(input.RunId, i + 1, decisions[i]), hub.Timeout);
        }

        // The first of the two had run before.
        IReadOnlyDictionary<string, JsonElement> had = new RandomSampler(new SearchSpace(input.Sweep.Parameters), input.Sweep.Seed).Complete(1, Rate(0.0123));
        var before = new TrialInput(input.RunId, "trial-001", "mnist", "v1", had, 1, input.Sweep, HasDedicatedPool: false);
        TrialFolder.Write(training.Blobs, TrialAttempt.Of(before, new TrialRecord(1, Dedicated: false)), 0.8);

        OrchestrationMetadata ended = await hub.RunAsync(nameof(SweepOrchestrator), input, RunIds.Sweep(input.RunId));

        SweepResult result = ended.ReadOutputAs<SweepResult>()!;
        Assert.AreEqual(6 + 2 + 2, result.Trials.Count(trial => trial.State == TrialState.Completed));
        Assert.AreEqual((0.8, 0.0123), (result.Trials[1].Objective, result.Trials[1].Parameters!["learning_rate"].GetDouble()));
        double[] trained = [.. training.Submitted.Select(attempt => attempt.Parameters["learning_rate"].GetDouble())];
        Assert.AreEqual((0, 1), (trained.Count(rate => rate.Equals(0.0123)), trained.Count(rate => rate.Equals(0.0132))));
    }

    [TestMethod]
    public void A_trial_that_was_added_to_a_grid_and_has_not_begun_has_no_parameters_yet()
    {
        SweepDefinition grid = PipelineJson.Definition().Sweep with
        {
            Sampler = new SamplerDefinition(SamplerKind.Grid),
            Parameters = new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["n"] = new(ParameterKind.Int, 1, 2, []) },
        };

        IReadOnlyList<TrialSummary> trials = TrialSummary.Of([.. Enumerable.Range(0, 3).Select(number => TrialStatus.NotBegun(RunIds.TrialId(number)))], grid);

        CollectionAssert.AreEqual(new[] { true, true, false }, trials.Select(trial => trial.Parameters is not null).ToArray());
    }

    [TestMethod]
    [DataRow("""{"Action":"stop","Trials":1}""", "$.trials", "belongs to the action add alone")]
    [DataRow("""{"Action":"stop","Trial":"trial-1"}""", "$.trial", "is no trial's id, such as trial-003")]
    [DataRow("""{"Action":"pause","Trial":"trial-001"}""", "$.trial", "belongs to the action stop alone")]
    [DataRow("""{"Action":"parallelism"}""", "$.parallelism", "is required")]
    [DataRow("""{"Action":"parallelism","Parallelism":201}""", "$.parallelism", "must lie between 1 and 200, not 201")]
    [DataRow("""{"Action":"add"}""", "$.trials", "is required, or parameters for one trial")]
    [DataRow("""{"Action":"add","Trials":0}""", "$.trials", "must lie between 1 and 1000, not 0")]
    [DataRow("""{"Action":"add","Trials":2,"Parameters":{}}""", "$.trials", "must be 1, or left out, beside parameters: they are for one trial")]
    [DataRow("""{"Action":"add","Parameters":{"rat":0.1}}""", "$.parameters.rat", "is not known here; did you mean 'rate'?")]
    [DataRow("""{"Action":"add","Parameters":{"rate":2}}""", "$.parameters.rate", "must be a number between 0 and 1, not 2")]
    [DataRow("""{"Action":"add","Parameters":{"n":1.5}}""", "$.parameters.n", "must be 1, 2 and so on to 8, not 1.5")]
    [DataRow("""{"Action":"add","Parameters":{"o":"adam"}}""", "$.parameters.o", "must be one of \"a\", \"b\", not \"adam\"")]
    [DataRow("""{"Action":"add","Parameters":{"m":0.5}}""", "$.parameters.o", "must be given too: m depends on it")]
    [DataRow("""{"Action":"add","Parameters":{"m":0.5,"o":"a"}}""", "$.parameters.m", "is not there with this o")]
    public void A_wrong_decision_is_refused_with_its_path(string decision, string path, string reason)
    {
        PipelineError error = JsonSerializer.Deserialize<SweepDecision>(decision)!.Check(Space(SamplerKind.Random)).Single();

        Assert.AreEqual((path, reason), (error.Path, error.Reason));
    }

    [TestMethod]
    public void A_grid_takes_no_more_trials_than_it_has_points_but_one_with_parameters()
    {
        SweepDefinition grid = Space(SamplerKind.Grid);

        Assert.AreEqual("$.trials", new SweepDecision(SweepAction.Add) { Trials = 1 }.Check(grid).Single().Path);
        Assert.IsEmpty(JsonSerializer.Deserialize<SweepDecision>("""{"Action":"add","Parameters":{"m":0.5,"o":"b"}}""")!.Check(grid));
    }

    private static SweepDefinition Space(SamplerKind sampler) => PipelineJson.Definition(pipeline => pipeline["sweep"]!["parameters"] = System.Text.Json.Nodes.JsonNode.Parse(
        """
        {
          "rate": {"type":"uniform","min":0,"max":1}, "n": {"type":"int","min":1,"max":8}, "o": {"type":"choice","values":["a","b"]},
          "m": {"type":"quantized","min":0,"max":1,"step":0.5,"when":{"o":"b"}}
        }
        """)).Sweep with { Sampler = new SamplerDefinition(sampler) };

    private static Dictionary<string, JsonElement> Rate(double rate) => new(StringComparer.Ordinal) { ["learning_rate"] = JsonSerializer.SerializeToElement(rate) };

    private static int Number(TrialAttempt attempt) => RunIds.TrialIndex(attempt.TrialId);

    /// <summary>Starts a sweep of six trials and waits until some are under way.</summary>
    private static async Task<SweepInput> StartAsync(TaskHub hub, Func<SweepDefinition, SweepDefinition> change, ScriptedTraining training, int submitted = 1)
    {
        var input = new SweepInput(Storage.NewName("run"), "mnist", "v1", change(PipelineJson.Definition().Sweep));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SweepOrchestrator), input, new StartOrchestrationOptions(RunIds.Sweep(input.RunId)));
        await Eventually.TrueAsync(() => Task.FromResult(training.Submitted.Count >= submitted), "trials are under way");
        string last = RunIds.TrialId(submitted - 1);
        await hub.UntilAsync(RunIds.Trial(input.RunId, last), trial => trial.CustomStatus<TrialStatus>() is { State: TrialState.Running or TrialState.Completed });
        return input;
    }

    private static async Task DecideAsync(TaskHub hub, SweepInput input, SweepDecision decision, bool isTaken = true)
    {
        string id = Storage.NewName();
        await hub.Client.RaiseEventAsync(RunIds.Sweep(input.RunId), RunEvents.SweepMessage, new SweepMessage(Decision: decision with { Id = id }), hub.Timeout);
        if (isTaken)
        {
            await hub.UntilAsync(RunIds.Sweep(input.RunId), sweep => sweep.CustomStatus<SweepStatus>()?.Decisions.Any(one => one.Id == id) == true);
        }
    }

    private static async Task<SweepResult> EndAsync(TaskHub hub, SweepInput input)
    {
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(RunIds.Sweep(input.RunId), getInputsAndOutputs: true, hub.Timeout);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<SweepResult>()!;
    }
}
