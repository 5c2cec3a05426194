using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps;

/// <summary>Sweeps that begin with what others have seen.</summary>
[TestClass]
public sealed class WarmStartTests
{
    private const string Parameters = """{"learning_rate":{"type":"logUniform","min":0.0001,"max":1},"channels":{"type":"int","min":8,"max":64},"optimizer":{"type":"choice","values":["sgd","adamw"]}}""";

    [TestMethod]
    public async Task Trials_that_lie_in_the_space_are_taken_over_and_no_others()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        string run = await KeepAsync(blobs, Trials(8, number => Point(0.01 * (number + 1), 16, "sgd")));
        SweepDefinition sweep = Read(Pipeline("""{"learning_rate":{"type":"logUniform","min":0.0001,"max":0.055},"batch_size":{"type":"fixed","value":64}}""")).Sweep with { WarmStart = [run] };

        IReadOnlyList<SeenTrial> seen = await new WarmStart(blobs).ObservationsAsync(sweep, default);

        CollectionAssert.AreEqual(new[] { 0.01, 0.02, 0.03, 0.04, 0.05 }, seen.Select(one => Math.Round(one.Parameters["learning_rate"].GetDouble(), 3)).ToArray());
        Assert.IsTrue(seen.All(one => one.Parameters.Count == 2 && one.Parameters["batch_size"].GetInt32() == 64), "what is fixed now is filled in, what is no parameter any more left out");
    }

    [TestMethod]
    public async Task A_run_that_is_not_there_that_goes_on_or_that_sought_something_else_is_refused()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        string ended = await KeepAsync(blobs, Trials(4, _ => Point(0.1, 16, "sgd")));
        string goesOn = await KeepAsync(blobs, trials: null);
        SweepDefinition sweep = Read(Pipeline(Parameters)).Sweep;

        await Refuses(sweep with { WarmStart = ["no-such-run"] }, "there is no run 'no-such-run'");
        await Refuses(sweep with { WarmStart = [ended, goesOn] }, "has not ended");
        await Refuses(sweep with { WarmStart = [ended], Objective = new ObjectiveDefinition("validation_loss", ObjectiveGoal.Minimize) }, "had another objective");

        async Task Refuses(SweepDefinition refused, string reason) =>
            StringAssert.Contains((await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => new WarmStart(blobs).ObservationsAsync(refused, default))).Message, reason);
    }

    [TestMethod]
    public async Task A_sampler_that_has_seen_earlier_trials_learns_from_its_first_on()
    {
        SweepDefinition sweep = Read(Pipeline(Parameters)).Sweep with { Trials = 12, Parallelism = 1, Sampler = new SamplerDefinition(SamplerKind.Tpe) };
        SeenTrial[] observed = [.. Trials(40, number => Point(Math.Pow(10, -4 + (0.1 * number)), 16, "sgd")).Select(trial => new SeenTrial(trial.Parameters!, -Math.Abs(Math.Log10(trial.Parameters!["learning_rate"].GetDouble()) + 2)))];
        var input = new SweepInput(Storage.NewName("run"), "d", "v", sweep);
        var history = new SweepHistory(RunIds.Sweep(input.RunId)) { Observations = observed, Objective = trial => -Math.Abs(Math.Log10(trial.Parameters["learning_rate"].GetDouble()) + 2) };

        await history.RunAsync(input);

        Assert.HasCount(12, history.Begun);
        double distance = history.Begun.Average(trial => Math.Abs(Math.Log10(trial.Parameters["learning_rate"].GetDouble()) + 2));
        Assert.IsLessThan(0.7, distance, "at random it would be 1 in the mean");
    }

    [TestMethod]
    public async Task The_next_sweep_lies_around_the_best_trials_of_this_one()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        string run = await KeepAsync(blobs, Trials(20, number => Point(Math.Pow(10, -4 + (0.2 * number)), number < 16 ? 16 : 32, number < 10 ? "sgd" : "adamw")));

        JsonObject next = (await new WarmStart(blobs).NarrowAsync(run, default))!;

        // The objective is the number: the best fifth are 16 to 19, from 10^-0.8 on.
        SweepDefinition sweep = Read(next).Sweep;
        ParameterDefinition rate = sweep.Parameters["learning_rate"];
        Assert.AreEqual(Math.Pow(10, -0.8 - 0.4), rate.Min, 0.001);
        Assert.AreEqual(1, rate.Max, 0.001);
        Assert.IsTrue(sweep.Parameters["channels"] is { Min: > 20 and < 32, Max: > 32 and < 45 }, $"{sweep.Parameters["channels"]}");
        Assert.AreEqual("adamw", sweep.Parameters["optimizer"].Values.Single().GetString());
        CollectionAssert.AreEqual(new[] { run }, sweep.WarmStart.ToArray());
        Assert.IsNull(await new WarmStart(blobs).NarrowAsync("no-such-run", default));
    }

    [TestMethod]
    [DataRow("""["a","b"]""", null)]
    [DataRow("""["A B"]""", "must be an array of at most 10 run ids")]
    [DataRow("\"a\"", "must be an array of at most 10 run ids")]
    public void Its_runs_are_named_by_their_ids(string given, string? reason)
    {
        JsonObject pipeline = Pipeline(Parameters);
        pipeline["sweep"]!["warmStart"] = JsonNode.Parse(given);

        Assert.AreEqual(reason, PipelineJson.Read(pipeline).Errors.SingleOrDefault()?.Reason);
    }

    [TestMethod]
    public void A_sampler_that_does_not_learn_has_no_use_for_it()
    {
        JsonObject pipeline = Pipeline(Parameters);
        pipeline["sweep"]!["warmStart"] = new JsonArray("a");
        pipeline["sweep"]!["sampler"] = new JsonObject { ["type"] = "sobol" };

        Assert.AreEqual("needs a sampler that learns from trials: tpe", PipelineJson.Read(pipeline).Errors.Single().Reason);
    }

    private static JsonObject Pipeline(string parameters)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["sweep"]!["parameters"] = JsonNode.Parse(parameters);
        pipeline["sweep"]!["sampler"] = new JsonObject { ["type"] = "tpe" };
        return pipeline;
    }

    private static PipelineDefinition Read(JsonObject pipeline)
    {
        PipelineReading reading = PipelineJson.Read(pipeline);
        Assert.IsTrue(reading.IsValid, string.Join(Environment.NewLine, reading.Errors));
        return reading.Definition!;
    }

    private static Dictionary<string, JsonElement> Point(double rate, int channels, string optimizer) => new()
    {
        ["learning_rate"] = JsonSerializer.SerializeToElement(rate), ["channels"] = JsonSerializer.SerializeToElement(channels), ["optimizer"] = JsonSerializer.SerializeToElement(optimizer),
    };

    /// <summary>Trials whose objective is their number.</summary>
    private static TrialSummary[] Trials(int count, Func<int, Dictionary<string, JsonElement>> point) =>
        [.. Enumerable.Range(0, count).Select(number => new TrialSummary(RunIds.TrialId(number), TrialState.Completed, point(number), number, 1, 1, 1, 0, false, null))];

    /// <summary>Keeps a run as it lies in blobs; without trials it has not ended.</summary>
    private static async Task<string> KeepAsync(BlobServiceClient blobs, TrialSummary[]? trials)
    {
        string run = Storage.NewName("run");
        BlobContainerClient runs = blobs.GetBlobContainerClient("runs");
        await runs.CreateIfNotExistsAsync();
        await runs.GetBlobClient(RunBlobs.Pipeline(run)).UploadAsync(new BinaryData(Encoding.UTF8.GetBytes(Pipeline(Parameters).ToJsonString())));
        if (trials is not null)
        {
            await runs.GetBlobClient(RunBlobs.Report(run)).WriteJsonAsync(new RunOutput(run, "p", RunState.Published, null, trials, null, null, null, null, [], [], null), default);
        }

        return run;
    }
}
