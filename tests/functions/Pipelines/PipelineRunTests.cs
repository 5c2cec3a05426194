using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Pipelines;

/// <summary>Whole runs through the app: HTTP, orchestrations, Batch, jobs as processes, blobs, registry.</summary>
[TestClass]
public sealed class PipelineRunTests
{
    [TestMethod]
    public async Task A_sweep_goes_on_in_a_new_execution_while_a_trial_of_the_old_one_trains_on()
    {
        // An execution takes fifty messages: two reports and these.
        const int Decisions = 48, AtOnce = 8;
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        using HttpResponseMessage response = await app.Http.PostAsJsonAsync("api/pipelines", Probe.Pipeline(raw, "hangs", "ok", "ok"));
        JsonNode started = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        string id = Text(started["id"])!;
        JsonObject seen = await app.UntilAsync(id, run => run["customStatus"]?["done"]?.GetValue<int>() == 2 && Running(run).Length == 1);
        string hanging = Running(seen).Single();

        foreach (int[] numbers in Enumerable.Range(0, Decisions).Chunk(AtOnce))
        {
            await Task.WhenAll(numbers.Select(number => DecideAsync(id, new JsonObject { ["action"] = "parallelism", ["parallelism"] = 3 + number })));
        }

        var sweep = new Uri(Text(started["statusQueryGetUri"])!.Replace($"/{id}?", $"/{id}:sweep?", StringComparison.Ordinal) + "&showInput=true");
        await Eventually.TrueAsync(
            async () => (await app.Http.GetStringAsync(sweep)).Contains("\"startedAt\"", StringComparison.Ordinal), "an execution has begun with what an earlier one had come to", () => app.Log);
        await DecideAsync(id, new JsonObject { ["action"] = "add", ["parameters"] = new JsonObject { ["mode"] = "ok" } });
        await app.UntilAsync(id, run => run["customStatus"]!["done"]!.GetValue<int>() == 3);
        await DecideAsync(id, new JsonObject { ["action"] = "stop", ["trial"] = hanging, ["by"] = "Ada" });
        JsonObject run = await app.EndAsync(id);

        JsonNode output = run["output"]!;
        JsonNode stopped = output["trials"]!.AsArray().Single(trial => Text(trial!["id"]) == hanging)!;
        Assert.AreEqual(("published", "stopped", "stopped by Ada"), (Text(output["state"]), Text(stopped["state"]), Text(stopped["error"])), run.ToJsonString());
        Assert.IsTrue(output["trials"]!.AsArray().All(trial => trial!["attempts"]!.GetValue<int>() == 1), "none was begun twice");
        Assert.HasCount(Decisions + 2, output["decisions"]!.AsArray(), "none was lost on the way, and none taken twice");
    }

    [TestMethod]
    public async Task One_failing_trial_of_six_leaves_a_run_that_completes_and_reports_the_failure()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();

        JsonObject pipeline = Probe.Pipeline(raw, "ok", "ok", "ok", "ok", "ok", "hopeless");
        pipeline["publish"]!["serving"] = new JsonObject { ["maxQueue"] = 7, ["drift"] = true };

        string id = await app.StartRunAsync(pipeline);
        JsonObject run = await app.EndAsync(id);

        Assert.AreEqual("Completed", Text(run["runtimeStatus"]), run.ToJsonString());
        await ReportIsThereAsync(app, id, Text(run["sweepReport"])!);
        JsonNode output = run["output"]!;
        Assert.AreEqual("published", Text(output["state"]));
        Assert.AreEqual("1", Text(output["model"]!["version"]));
        JsonNode failure = output["failures"]!.AsArray().Single()!;
        Assert.AreEqual("loss is not a number", Text(failure["reason"]));
        JsonNode failed = output["trials"]!.AsArray().Single(trial => Text(trial!["state"]) == "failed")!;
        Assert.AreEqual((Text(failure["trial"]), 1), (Text(failed["id"]), failed["attempts"]!.GetValue<int>()), "exit 64 is not tried again");

        using HttpResponseMessage model = await app.Http.GetAsync(new Uri($"v2/models/{raw.Name}", UriKind.Relative));
        Assert.IsTrue(model.IsSuccessStatusCode, await model.Content.ReadAsStringAsync());
        JsonNode manifest = JsonNode.Parse(await app.Http.GetStringAsync(new Uri($"api/models/{raw.Name}/versions/1", UriKind.Relative)))!;
        Assert.AreEqual((7, true), ((int)manifest["serving"]!["maxQueue"]!, (bool)manifest["serving"]!["drift"]!), "as the pipeline's publish.serving says");
    }

    [TestMethod]
    public async Task Jobs_that_exit_64_and_jobs_that_always_fail_are_told_apart_and_reported()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();

        string id = await app.StartRunAsync(Probe.Pipeline(raw, "ok", "hopeless", "fails"));
        JsonObject run = await app.EndAsync(id);

        Assert.AreEqual("Completed", Text(run["runtimeStatus"]), run.ToJsonString());
        Dictionary<string, JsonNode> byMode = run["output"]!["trials"]!.AsArray().ToDictionary(trial => Text(trial!["parameters"]!["mode"]), trial => trial!);
        Assert.AreEqual(("completed", 1), State(byMode["ok"]));
        Assert.AreEqual(("failed", 1), State(byMode["hopeless"]));
        Assert.AreEqual(("failed", 2), State(byMode["fails"]));
        Assert.AreEqual("out of luck", Text(byMode["fails"]["error"]));

        BlobServiceClient blobs = await Storage.BlobsAsync();
        string failed = $"{id}/trials/{Text(byMode["fails"]["id"])}";
        foreach (string blob in new[] { $"{id}/pipeline.json", $"{id}/report.json", $"{failed}/params.json" })
        {
            Assert.IsTrue(await blobs.GetBlobContainerClient("runs").GetBlobClient(blob).ExistsAsync(), blob);
        }

        Assert.IsTrue(await TrialContainer.Of(blobs, failed).GetBlobClient($"{failed}/logs/attempt-2/start-1/stderr.txt").ExistsAsync());

        await AssertNoBatchJobAsync(app, id);
    }

    [TestMethod]
    public async Task A_job_that_never_ends_is_stopped_at_its_time_limit_tried_again_and_reported()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        // No job that should end well beside it: on a slow machine the limit would stop that one, too.
        JsonObject pipeline = Probe.Pipeline(raw, "hangs");
        pipeline["sweep"]!["timeLimit"] = "PT3S";

        string id = await app.StartRunAsync(pipeline);
        JsonObject run = await app.EndAsync(id);

        Assert.AreEqual("Failed", Text(run["runtimeStatus"]), run.ToJsonString());
        StringAssert.StartsWith(Text(run["output"]), "train: Batch ended the task, mostly because it ran longer than it may");
        StringAssert.EndsWith(Text(run["output"]), "(1 of 1 trial)");
        JsonNode trial = Trials(run).Single();
        Assert.AreEqual(("failed", 2), State(trial));
        StringAssert.Contains(Text(trial["error"]), "longer than it may");
        await AssertNoBatchJobAsync(app, id);
    }

    [TestMethod]
    public async Task A_trial_that_may_not_be_preempted_trains_on_dedicated_nodes()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "dedicated");
        pipeline["sweep"]!["retries"] = new JsonObject { ["preemptions"] = 0 };

        JsonObject run = await app.EndAsync(await app.StartRunAsync(pipeline));

        JsonNode trial = run["output"]!["trials"]!.AsArray().Single()!;
        Assert.AreEqual(("completed", 1), State(trial), run.ToJsonString());
        Assert.IsTrue(trial["dedicated"]!.GetValue<bool>());
    }

    [TestMethod]
    public async Task A_trial_can_train_over_two_nodes()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok");
        pipeline["sweep"]!["nodes"] = 2;

        JsonObject run = await app.EndAsync(await app.StartRunAsync(pipeline));

        Assert.AreEqual("published", Text(run["output"]?["state"]), run.ToJsonString());
    }

    [TestMethod]
    public async Task Cancelling_a_run_leaves_no_task_no_process_and_a_clean_status()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "hangs", "hangs");
        string id = await app.StartRunAsync(pipeline);
        await app.UntilAsync(id, run => Trials(run).Count(trial => Text(trial["state"]) == "running") == 2);
        await app.UntilAsync(id, _ => ProcessesOf(id) > 0);

        using HttpResponseMessage answer = await app.Http.PostAsync(new Uri($"api/pipelines/{id}/cancel?reason=enough", UriKind.Relative), null);
        Assert.AreEqual(202, (int)answer.StatusCode);
        JsonObject run = await app.EndAsync(id);

        Assert.AreEqual(("Completed", "cancelled"), (Text(run["runtimeStatus"]), Text(run["output"]!["state"])));
        Assert.IsTrue(Trials(run).All(trial => Text(trial["state"]) == "cancelled"));
        Assert.AreEqual("cancelled: enough", Text(run["customStatus"]!["error"]));
        await AssertNoBatchJobAsync(app, id);
        await Eventually.TrueAsync(() => ProcessesOf(id) == 0, "no process is left");
        using HttpResponseMessage again = await app.Http.PostAsync(new Uri($"api/pipelines/{id}/cancel", UriKind.Relative), null);
        Assert.AreEqual(409, (int)again.StatusCode);
    }

    private static string[] Running(JsonObject run) =>
        [.. run["customStatus"]!["trials"]!.AsArray().Where(trial => Text(trial!["state"]) == "running").Select(trial => Text(trial!["id"]))];

    private static async Task DecideAsync(string runId, JsonObject decision)
    {
        App app = await App.GetAsync();
        using HttpResponseMessage response = await app.Http.PostAsJsonAsync($"api/pipelines/{runId}/sweep", decision);
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";

    private static (string State, int Attempts) State(JsonNode trial) => (Text(trial["state"]), trial["attempts"]!.GetValue<int>());

    private static IEnumerable<JsonNode> Trials(JsonObject run) => run["customStatus"]?["trials"]?.AsArray().Select(trial => trial!) ?? [];

    private static async Task AssertNoBatchJobAsync(App app, string id)
    {
        try
        {
            string state = (await app.Batch.GetJobAsync(id)).Value.State.ToString()!;
            Assert.AreEqual("deleting", state);
        }
        catch (RequestFailedException e)
        {
            Assert.AreEqual(404, e.Status);
        }
    }

    /// <summary>Processes on this machine that work in a folder of the run's Batch job.</summary>
    private static async Task ReportIsThereAsync(App app, string id, string page)
    {
        using HttpResponseMessage answer = await app.Http.GetAsync(new Uri(page.TrimStart('/'), UriKind.Relative));
        Assert.AreEqual((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        StringAssert.StartsWith(policy, "default-src 'none'; style-src 'sha256-");
        StringAssert.Contains(await answer.Content.ReadAsStringAsync(), $"Sweep of {id}");
        JsonNode report = JsonNode.Parse(await app.Http.GetStringAsync(new Uri($"api/pipelines/{id}/sweep/report", UriKind.Relative)))!;
        Assert.AreEqual((6, "published"), (report["trials"]!.AsArray().Count, Text(report["state"])));
        Assert.IsGreaterThanOrEqualTo(6, report["histories"]!.AsObject().Sum(trial => trial.Value!["nodes"]!.AsArray().Count), "each has been on a node");
        using HttpResponseMessage none = await app.Http.GetAsync(new Uri("api/pipelines/no-such-run/sweep/report", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.NotFound, none.StatusCode);
    }

    private static int ProcessesOf(string job) => Directory.EnumerateDirectories("/proc").Count(directory =>
    {
        try
        {
            return Directory.ResolveLinkTarget(Path.Combine(directory, "cwd"), returnFinalTarget: false)?.FullName.Contains($"/{job}/", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // No process, or one that has just ended.
        }
    });
}
