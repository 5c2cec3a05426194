using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Pipelines;

[TestClass]
public sealed class SweepReaderTests
{
    private const string Countable = """{"n":{"type":"int","min":1,"max":3},"o":{"type":"choice","values":["a","b"]},"m":{"type":"quantized","min":0,"max":1,"step":0.5,"when":{"o":"b"}}}""";

    [TestMethod]
    public void Without_a_word_about_it_the_search_is_random_and_runs_all_trials()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;

        Assert.AreEqual(SamplerKind.Random, sweep.Sampler.Type);
        Assert.IsInstanceOfType<RandomSampler>(sweep.CreateSampler());
        Assert.IsNull(sweep.Stop);
        Assert.AreEqual(ObjectiveEpoch.Last, sweep.Objective.At);
    }

    [TestMethod]
    public void A_sweep_recorded_before_samplers_were_is_still_random()
    {
        JsonNode recorded = JsonSerializer.SerializeToNode(PipelineJson.Definition().Sweep)!;
        recorded.AsObject().Remove("Sampler");

        Assert.AreEqual(SamplerKind.Random, recorded.Deserialize<SweepDefinition>()!.Sampler.Type);
    }

    [TestMethod]
    public void A_grid_has_as_many_trials_as_points()
    {
        SweepDefinition sweep = Read(Countable, """{"type":"grid"}""", trials: null).Definition!.Sweep;

        // "m" has three values where "o" is "b", and is not there where it is "a".
        Assert.AreEqual(3 * (1 + 3), sweep.Trials);
        Assert.IsInstanceOfType<GridSampler>(sweep.CreateSampler());
    }

    [TestMethod]
    [DataRow(Countable, """{"type":"grid"}""", 13, "$.sweep.trials", "must be at most 12, the points of the grid")]
    [DataRow("""{"r":{"type":"uniform","min":1,"max":3}}""", """{"type":"grid"}""", 4, "$.sweep.sampler.type", "cannot be grid: r is a real number without steps")]
    [DataRow("""{"r":{"type":"int","min":1,"max":3000000}}""", """{"type":"grid"}""", 4, "$.sweep.sampler.type", "cannot be grid: there are more than 10000 points")]
    [DataRow("""{"r":{"type":"int","min":1,"max":6000}}""", """{"type":"grid"}""", null, "$.sweep.trials", "is required: the grid has 6000 points")]
    [DataRow(Countable, """{"type":"bayes"}""", 4, "$.sweep.sampler.type", "must be one of random, grid, sobol, tpe")]
    [DataRow(Countable, """{"type":"tpe","startupTrials":1}""", 4, "$.sweep.sampler.startupTrials", "must lie between 2 and 5000")]
    [DataRow(Countable, """{"type":"random","startupTrials":5}""", 4, "$.sweep.sampler.startupTrials", "is not known here")]
    public void A_sampler_that_does_not_suit_is_refused(string parameters, string sampler, int? trials, string path, string rule)
    {
        PipelineError error = Read(parameters, sampler, trials).Errors.Single();

        Assert.AreEqual(path, error.Path);
        StringAssert.StartsWith(error.Reason, rule);
    }

    [TestMethod]
    public void More_trials_than_a_sweep_can_carry_along_are_refused()
    {
        const string Parameters = """{"rate":{"type":"uniform","min":0,"max":1}}""";

        Assert.IsEmpty(Read(Parameters, """{"type":"tpe"}""", 5000).Errors);
        Assert.AreEqual("$.sweep.trials", Read(Parameters, """{"type":"tpe"}""", 5001).Errors.Single().Path);
    }

    [TestMethod]
    [DataRow("""{"metric":"validation_loss"}""", null, null, null)]
    [DataRow("""{"metric":"validation_accuracy"}""", null, "$.sweep.secondObjective", "must have another metric than objective")]
    [DataRow("""{"metric":"validation_loss","at":"best"}""", null, "$.sweep.secondObjective.at", "")]
    [DataRow("""{"metric":"validation_loss"}""", """{"type":"asha"}""", "$.sweep.scheduler", "must be none with a secondObjective")]
    public void A_second_objective_has_a_metric_of_its_own_and_trains_every_trial_in_full(string second, string? scheduler, string? path, string? reason)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["secondObjective"] = JsonNode.Parse(second);
        pipeline["sweep"]!["scheduler"] = scheduler is null ? null : JsonNode.Parse(scheduler);
        if (scheduler is null)
        {
            pipeline["sweep"]!.AsObject().Remove("scheduler");
        }

        PipelineReading reading = PipelineJson.Read(pipeline);

        Assert.AreEqual(path, reading.Errors.SingleOrDefault()?.Path, string.Join(Environment.NewLine, reading.Errors));
        StringAssert.Contains(reading.Errors.SingleOrDefault()?.Reason ?? "", reason ?? "");
        Assert.AreEqual(path is null ? ObjectiveGoal.Minimize : null, reading.Definition?.Sweep.Second?.Goal);
    }

    [TestMethod]
    [DataRow(4, 1, null)]
    [DataRow(0, 1, "must lie between 1 and 256")]
    [DataRow(2, 2, "must be 1 with several nodes")]
    public void A_trial_takes_slots_of_one_node(int slots, int nodes, string? reason)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["slots"] = slots;
        pipeline["sweep"]!["nodes"] = nodes;

        PipelineReading reading = PipelineJson.Read(pipeline);

        Assert.AreEqual(reason is null ? slots : null, reading.Definition?.Sweep.Slots);
        StringAssert.StartsWith(reading.Errors.SingleOrDefault()?.Reason ?? "", reason ?? "");
    }

    [TestMethod]
    public void A_Sobol_sequence_over_too_many_parameters_is_refused()
    {
        var parameters = new JsonObject();
        for (int i = 0; i < 33; i++)
        {
            parameters[$"p{i}"] = new JsonObject { ["type"] = "uniform", ["min"] = 0, ["max"] = 1 };
        }

        PipelineError error = Read(parameters.ToJsonString(), """{"type":"sobol"}""", 4).Errors.Single();

        Assert.AreEqual("cannot be sobol: 33 parameters vary, and it can do with at most 32", error.Reason);
    }

    [TestMethod]
    public void Schedulers_are_read()
    {
        Assert.IsNull(Scheduler("""{"type":"none"}"""));
        Assert.IsInstanceOfType<FullTraining>(PipelineJson.Definition().Sweep.CreateScheduler());
        Assert.AreEqual(new SchedulerDefinition(SchedulerKind.Median) { Grace = 2, CompareWith = 4 }, Scheduler("""{"type":"median","grace":2,"compareWith":4}"""));
        Assert.AreEqual(new SchedulerDefinition(SchedulerKind.Asha) { Minimum = 2, Reduction = 4 }, Scheduler("""{"type":"asha","minimum":2,"reduction":4}"""));
        Assert.AreEqual(new SchedulerDefinition(SchedulerKind.Hyperband) { Minimum = 1, Reduction = 3 }, Scheduler("""{"type":"hyperband"}"""));

        static SchedulerDefinition? Scheduler(string json) => PipelineJson.Definition(pipeline => pipeline["sweep"]!["scheduler"] = JsonNode.Parse(json)).Sweep.Scheduler;
    }

    [TestMethod]
    [DataRow("""{"type":"ahsa"}""", 3, ".type", "must be one of none, median, asha, hyperband, pbt, not \"ahsa\"; did you mean 'asha'?")]
    [DataRow("{}", 3, ".type", "is required")]
    [DataRow("""{"type":"asha"}""", 1, ".type", "cannot be asha: with a sweep.budget of 1 every trial is trained in full at once")]
    [DataRow("""{"type":"asha","minimum":3}""", 3, ".minimum", "must lie between 1 and 2, not 3")]
    [DataRow("""{"type":"hyperband","reduction":1}""", 3, ".reduction", "must lie between 2 and 100, not 1")]
    [DataRow("""{"type":"median","grace":4}""", 3, ".grace", "must lie between 1 and 3, not 4")]
    [DataRow("""{"type":"median","compareWith":0}""", 3, ".compareWith", "must lie between 1 and 5000, not 0")]
    [DataRow("""{"type":"median","reduction":3}""", 3, ".reduction", "is not known here")]
    [DataRow("""{"type":"pbt"}""", 1, ".type", "cannot be pbt: with a sweep.budget of 1 every trial is trained in full at once")]
    [DataRow("""{"type":"pbt","interval":3}""", 3, ".interval", "must lie between 1 and 2, not 3")]
    [DataRow("""{"type":"pbt"}""", 301, ".interval", "must be at least 4: a trial may look at the others 100 times within its sweep.budget of 301")]
    [DataRow("""{"type":"pbt","quantileFraction":0.6}""", 3, ".quantileFraction", "must lie between 0.01 and 0.5, not 0.6")]
    [DataRow("""{"type":"pbt","resampleProbability":2}""", 3, ".resampleProbability", "must lie between 0 and 1, not 2")]
    [DataRow("""{"type":"pbt","population":8}""", 3, ".population", "is not known here")]
    public void A_wrong_scheduler_is_refused(string scheduler, int budget, string path, string rule)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["budget"] = budget;
        pipeline["sweep"]!["scheduler"] = JsonNode.Parse(scheduler);

        PipelineError error = PipelineJson.Read(pipeline).Errors.Single();

        Assert.AreEqual("$.sweep.scheduler" + path, error.Path);
        StringAssert.StartsWith(error.Reason, rule);
    }

    [TestMethod]
    public void Stop_rules_are_read()
    {
        StopRules rules = PipelineJson.Definition(json => json["sweep"]!["stop"] =
            JsonNode.Parse("""{"time":"PT2H","costUsd":20,"nodeUsdPerHour":0.9,"target":0.99,"trialsWithoutImprovement":10}""")).Sweep.Stop!;

        Assert.AreEqual(new StopRules { Time = TimeSpan.FromHours(2), CostUsd = 20, NodeUsdPerHour = 0.9, Target = 0.99, TrialsWithoutImprovement = 10 }, rules);
    }

    [TestMethod]
    [DataRow("""{"costUsd":20}""", ".nodeUsdPerHour", "is required")]
    [DataRow("""{"time":"two hours"}""", ".time", "must be an ISO 8601 duration")]
    [DataRow("""{"trialsWithoutImprovement":0}""", ".trialsWithoutImprovement", "must lie between 1 and 5000")]
    [DataRow("""{"targets":1}""", ".targets", "is not known here; did you mean 'target'?")]
    public void A_wrong_stop_rule_is_refused(string rules, string path, string rule)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["stop"] = JsonNode.Parse(rules);

        PipelineError error = PipelineJson.Read(pipeline).Errors.Single();

        Assert.AreEqual("$.sweep.stop" + path, error.Path);
        StringAssert.StartsWith(error.Reason, rule);
    }

    [TestMethod]
    public void The_best_epoch_may_count_instead_of_the_last() => Assert.AreEqual(
        ObjectiveGoal.Maximize, PipelineJson.Definition(json => json["sweep"]!["objective"]!["at"] = "best").Sweep.Objective.Best);

    private static PipelineReading Read(string parameters, string sampler, int? trials)
    {
        JsonObject pipeline = PipelineJson.Example();
        JsonObject sweep = pipeline["sweep"]!.AsObject();
        sweep["parameters"] = JsonNode.Parse(parameters);
        sweep["sampler"] = JsonNode.Parse(sampler);
        sweep["trials"] = trials;
        if (trials is null)
        {
            sweep.Remove("trials");
        }

        return PipelineJson.Read(pipeline);
    }
}
