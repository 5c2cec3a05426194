using System.Net;
using System.Text;
using DurableMl.Cli;
using DurableMl.Cli.Demo;
using DurableMl.Cli.Pipelines;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

[TestClass]
public sealed class RunTests
{
    private const string Folder = "mnist-run";
    private static readonly string Pipeline = SmallPipeline.Json(Folder, trials: 2, budget: 4, learningRates: [0.003, 0.004]);
    private static Up? up;
    private static RunDocument? first;

    private static Up Host => up!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        up = await SharedUp.GetAsync();
        await SmallMnist.UploadAsync(Host.Blobs, Folder, trainImages: 1000);
        first = await Host.EndAsync(await Host.Pipelines.StartAsync(Pipeline, "first", CancellationToken.None));
    }

    [TestMethod]
    public void A_run_publishes_its_best_trial()
    {
        var result = Result(first!);

        Assert.HasCount(2, result.Trials.Where(trial => trial.State == "completed"));
        Assert.AreEqual(result.Trials.Max(trial => trial.Objective), result.Best!.Objective);
        Assert.AreEqual(Folder, result.Model!.Model);
        CollectionAssert.Contains(result.Model.Aliases!.ToArray(), "champion");
    }

    [TestMethod]
    public async Task The_published_model_answers_as_well_over_http_as_it_was_tested()
    {
        var result = Result(first!);
        var (images, labels) = await SmallMnist.TestSetAsync();
        var normalisation = await Normalisation.ReadAsync(Host.Blobs, result.Dataset!.Name!, result.Dataset.Version!, CancellationToken.None);

        var scoring = await new ImageScoring(Host.Inference, TimeProvider.System)
            .RunAsync(Folder, "1", images, labels, normalisation, CancellationToken.None);

        Assert.AreEqual(SmallMnist.TestImages, scoring.Images);
        Assert.AreEqual(result.Evaluation!["accuracy"].GetDouble(), scoring.Accuracy, 0.005);
    }

    [TestMethod]
    public async Task A_second_run_on_the_same_input_reuses_the_dataset_and_publishes_the_next_version()
    {
        var before = await RunStore.ETagsAsync(Host.Blobs, "datasets", Folder);

        var second = Result(await Host.EndAsync(await Host.Pipelines.StartAsync(
            SmallPipeline.Json(Folder, trials: 1, budget: 2, learningRates: [0.003], alias: "candidate"), "second", CancellationToken.None)));

        Assert.IsFalse(Result(first!).Dataset!.Reused);
        Assert.IsTrue(second.Dataset!.Reused);
        Assert.AreEqual(Result(first!).Dataset!.Version, second.Dataset.Version);
        CollectionAssert.AreEquivalent(before.ToArray(), (await RunStore.ETagsAsync(Host.Blobs, "datasets", Folder)).ToArray());
        Assert.AreEqual("2", second.Model?.Version, second.State);
    }

    [TestMethod]
    public async Task With_ASHA_the_best_go_on_from_their_checkpoints_and_the_best_of_all_is_published()
    {
        string pipeline = SmallPipeline.Json(
            Folder, trials: 4, budget: 4, learningRates: [0.0005, 0.001, 0.002, 0.004], alias: "asha", scheduler: new { type = "asha", minimum = 1, reduction = 2 });

        var result = Result(await Host.EndAsync(await Host.Pipelines.StartAsync(pipeline, "asha", CancellationToken.None)));

        Assert.AreEqual("published", result.State);
        Assert.HasCount(4, result.Trials.Where(trial => trial.State == "completed"));
        var furthest = result.Trials.Where(trial => trial.Attempts > 1).MaxBy(trial => trial.Budget)!;
        Assert.IsTrue(furthest is { Budget: 2 or 4 } && Equals(furthest.Epoch, furthest.Budget), furthest.ToString());
        StringAssert.Contains(await RunStore.LogsAsync(Host.Blobs, "asha", furthest.Id), "resuming at step");
        Assert.Contains(trial => trial is { Attempts: 1, Budget: 1, Epoch: 1 }, result.Trials, "some got no more than the least");
    }

    [TestMethod]
    public async Task A_run_id_is_taken_once()
    {
        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => Host.Pipelines.StartAsync(Pipeline, "first", CancellationToken.None));

        StringAssert.Contains(exception.Message, "There is a run of that id already");
    }

    [TestMethod]
    public async Task A_pipeline_that_is_wrong_is_refused_with_the_path_of_each_error()
    {
        using var content = new StringContent("""{ "name": "x", "sweep": { "trials": 0 } }""", Encoding.UTF8, "application/json");
        using var response = await Host.Http.PostAsync(new Uri("api/pipelines", UriKind.Relative), content);

        Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var body = await response.Content.ReadAsStringAsync();
        StringAssert.Contains(body, "$.sweep.trials");
        StringAssert.Contains(body, "$.dataset");
    }

    [TestMethod]
    public async Task A_folder_without_raw_files_fails_the_run_and_says_so()
    {
        var run = await Host.EndAsync(await Host.Pipelines.StartAsync(
            SmallPipeline.Json("mnist-nowhere", trials: 1, budget: 1, learningRates: [0.003]), null, CancellationToken.None));

        Assert.AreEqual("Failed", run.RuntimeStatus);
        StringAssert.Contains(run.Output.ToString(), "raw/mnist-nowhere/");
    }

    [TestMethod]
    public async Task A_model_that_is_not_there_is_not_found()
    {
        using var response = await Host.Http.GetAsync(new Uri("v2/models/nobody", UriKind.Relative));

        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task A_second_host_in_the_same_folder_is_refused()
    {
        var exception = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => Up.StartAsync(Host.StateFolder));

        StringAssert.Contains(exception.Message, "is up already");
    }

    private static RunOutput Result(RunDocument run) => run.Result() ?? throw new AssertFailedException($"The run ended as {run.RuntimeStatus}: {run.Output}\n{Host.Output}");
}
