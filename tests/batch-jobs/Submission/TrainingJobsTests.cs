using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace BatchJobs.Tests.Submission;

/// <summary>Against real blobs; the Batch client is a substitute, and a task is run on this machine as a node would.</summary>
[TestClass]
public sealed class TrainingJobsTests
{
    private static AzuriteProcess azurite = null!;

    private readonly BatchClient batch = Substitute.For<BatchClient>();
    private readonly List<BatchTaskCreateOptions> submitted = [];

    public required TestContext TestContext { get; set; }

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => azurite = await AzuriteProcess.StartAsync(context.CancellationToken);

    [ClassCleanup]
    public static async Task StopAsync() => await azurite.DisposeAsync();

    private static BlobServiceClient Blobs => new(azurite.ConnectionString);

    private TrainingJobs Jobs(JobCatalog? catalog = null, BatchSettings? settings = null, TimeProvider? time = null)
    {
        batch.CreateTaskAsync(default!, default!).ReturnsForAnyArgs(call =>
        {
            submitted.Add(call.Arg<BatchTaskCreateOptions>());
            return Task.FromResult(Substitute.For<Response>());
        });
        batch.GetTaskAsync(default!, default!).ThrowsAsyncForAnyArgs(new RequestFailedException(404, "gone"));
        settings ??= new BatchSettings { AccountUrl = new Uri("http://127.0.0.1:1"), PoolId = "spot", DedicatedPoolId = "dedicated", Threads = 1 };
        return new TrainingJobs(batch, Blobs, catalog ?? new JobCatalog(), settings, time ?? TimeProvider.System);
    }

    private static TrainingTask Trial(string runId, string job = "image-classifier") => new()
    {
        RunId = runId,
        TrialId = "trial-000",
        Attempt = 1,
        Job = job,
        Budget = 2,
        Seed = 7,
        TimeLimit = TimeSpan.FromMinutes(10),
        Parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["learning_rate"] = JsonSerializer.SerializeToElement(0.01) },
    };

    [TestMethod]
    [DataRow(null, null, "image-classifier", "durableml/image-classifier:1")]
    [DataRow("registry/training:3", null, "image-classifier", "registry/training:3")]
    [DataRow("registry/training:3", null, "model-import", "durableml/model-import:1")]
    [DataRow("registry/training:3", "model-import", "model-import", "registry/own:4")]
    [DataRow("registry/training:3", "image-classifier", "image-classifier", "registry/own:4")]
    public async Task The_image_for_training_is_not_for_a_job_with_another_one(string? training, string? ownFor, string job, string expected)
    {
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ownFor is not null)
        {
            own[ownFor] = "registry/own:4";
        }

        var settings = new BatchSettings { AccountUrl = new Uri("http://127.0.0.1:1"), PoolId = "spot", ContainerImage = training, ContainerImages = own };
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        await Jobs(settings: settings).SubmitAsync(Trial($"run-{job}-{ownFor}-{training?.Length}", job) with { Parameters = parameters }, TestContext.CancellationToken);

        Assert.AreEqual(expected, submitted.Single().ContainerSettings.ImageName);
    }

    [TestMethod]
    public async Task A_task_says_all_that_a_node_needs()
    {
        await Jobs().SubmitAsync(Trial("run-a") with { Dataset = "mnist", DatasetVersion = "abc", CheckpointSteps = 25 }, TestContext.CancellationToken);
        await batch.Received().CreateJobAsync(
            Arg.Is<BatchJobCreateOptions>(j => j.Id == "run-a" && j.PoolInfo.PoolId == "spot"), cancellationToken: Arg.Any<CancellationToken>());
        var task = submitted.Single();
        Assert.AreEqual("trial-000-a1", task.Id);
        StringAssert.StartsWith(task.CommandLine, "python3 -I -S -B -c \"");
        StringAssert.EndsWith(task.CommandLine, $"\" {(await Jobs().Code.UploadAsync("run-a", "image-classifier", TestContext.CancellationToken)).ArchiveSha256} --directory jobs/image-classifier -- python3 train.py");
        Assert.AreEqual("durableml/image-classifier:1", task.ContainerSettings.ImageName);
        Assert.AreEqual(0, task.Constraints.MaxTaskRetryCount);
        Assert.AreEqual(TimeSpan.FromMinutes(10), task.Constraints.MaxWallClockTime);
        Assert.IsTrue(task.ResourceFiles.All(f => f.HttpUri.Query.Contains("sp=r&", StringComparison.Ordinal) && f.HttpUri.Query.Contains("sr=b", StringComparison.Ordinal)));
        var environment = task.EnvironmentSettings.ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        Assert.AreEqual("25", environment["DML_CHECKPOINT_STEPS"]);
        Assert.AreEqual("1", environment["DML_THREADS"]);
        Assert.IsFalse(environment.Values.Append(task.CommandLine).Any(text => text.Contains("sig=", StringComparison.Ordinal)), "Every process on the node can read these.");
        var grant = JsonNode.Parse(await Http.GetStringAsync(task.ResourceFiles.Single(f => f.FilePath == "grant.json").HttpUri, TestContext.CancellationToken))!;
        Assert.AreEqual("run-a/trials/trial-000", (string)grant["prefix"]!);
        Assert.AreEqual("mnist/abc", (string)grant["dataset"]!["prefix"]!);
    }

    [TestMethod]
    [DataRow("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [DataRow(null)]
    public async Task A_task_goes_on_with_the_trace_of_who_submits_it(string? trace)
    {
        await Jobs().SubmitAsync(Trial("run-trace") with { TraceParent = trace }, TestContext.CancellationToken);
        Assert.AreEqual(trace, submitted.Single().EnvironmentSettings.SingleOrDefault(e => e.Name == "TRACEPARENT")?.Value);
    }

    [TestMethod]
    public async Task A_trial_can_read_its_dataset_and_write_its_own_blobs_and_nothing_else()
    {
        var datasets = Blobs.GetBlobContainerClient("datasets");
        await datasets.CreateIfNotExistsAsync(cancellationToken: TestContext.CancellationToken);
        foreach (var name in (string[])["mine/1/manifest.json", "mine/2/manifest.json", "other/1/manifest.json"])
        {
            await datasets.GetBlobClient(name).UploadAsync(new BinaryData("{}"), overwrite: true, TestContext.CancellationToken);
        }

        var trial = Trial("run-own") with { Dataset = "mine", DatasetVersion = "1" };
        await Jobs().SubmitAsync(trial with { TrialId = "trial-001" }, TestContext.CancellationToken);
        await Jobs().SubmitAsync(trial, TestContext.CancellationToken);
        var grant = JsonNode.Parse(await Http.GetStringAsync(submitted[^1].ResourceFiles.Single(f => f.FilePath == "grant.json").HttpUri, TestContext.CancellationToken))!;
        var own = new Uri((string)grant["container"]!);
        var result = new Uri((string)grant["blobs"]![$"{trial.BlobPrefix}/output/result.json"]!);
        var parameters = new Uri((string)grant["blobs"]![$"{trial.BlobPrefix}/params.json"]!);
        CollectionAssert.AreEqual(new[] { "mine/1/manifest.json" }, grant["dataset"]!["blobs"]!.AsObject().Select(b => b.Key).ToArray());
        var dataset = new Uri((string)grant["dataset"]!["blobs"]!["mine/1/manifest.json"]!);
        var code = submitted[^1].ResourceFiles.Single(f => f.FilePath == "code.zip").HttpUri;
        var sibling = TrialContainer.Of(Blobs, "run-own/trials/trial-001");

        foreach (var (method, allowed) in ((HttpMethod, Uri)[])
            [
                (HttpMethod.Put, At(own, TrialContainer.Name(trial.BlobPrefix), $"{trial.BlobPrefix}/output/model.onnx")), (HttpMethod.Put, result), (HttpMethod.Get, result),
                (HttpMethod.Get, parameters), (HttpMethod.Get, dataset), (HttpMethod.Get, code),
            ])
        {
            Assert.IsTrue((int)await StatusAsync(method, allowed) is 200 or 201, $"{method} {allowed.AbsolutePath}");
        }

        var urls = new[] { own, result, parameters, dataset, code };
        foreach (var url in urls)
        {
            foreach (var (method, container, blob) in ((HttpMethod, string, string)[])
                [
                    (HttpMethod.Put, sibling.Name, "run-own/trials/trial-001/output/model.onnx"), (HttpMethod.Get, sibling.Name, "grant.json"),
                    (HttpMethod.Put, "runs", "run-own/trials/trial-001/output/result.json"), (HttpMethod.Put, "runs", $"{trial.BlobPrefix}/params.json"),
                    (HttpMethod.Put, "runs", "run-own/code/runner/runner.py"), (HttpMethod.Put, "runs", "run-own/report.json"),
                    (HttpMethod.Get, "datasets", "other/1/manifest.json"), (HttpMethod.Get, "datasets", "mine/2/manifest.json"),
                    (HttpMethod.Put, "datasets", "mine/1/manifest.json"), (HttpMethod.Put, "models", "digits/aliases.json"),
                    (HttpMethod.Delete, TrialContainer.Name(trial.BlobPrefix), $"{trial.BlobPrefix}/output/model.onnx"), (HttpMethod.Delete, "runs", $"{trial.BlobPrefix}/output/result.json"),
                ])
            {
                Assert.AreEqual(HttpStatusCode.Forbidden, await StatusAsync(method, At(url, container, blob)), $"{method} {container}/{blob} with the signature of {url.AbsolutePath}");
            }
        }

        Assert.AreEqual(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, new Uri(own.AbsoluteUri + "&restype=container&comp=list")), "Nothing is listed.");
    }

    [TestMethod]
    public async Task A_node_does_not_run_code_that_was_changed_after_the_run_had_begun()
    {
        foreach (var changed in (string[])["runner/runner.py", "jobs/shell/job.sh", "runner/json.py", "code.zip"])
        {
            using var folder = new TemporaryFolder();
            var ran = folder["ran"];
            await Jobs().SubmitAsync(Trial("run-tampered", "shell") with { Parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) }, TestContext.CancellationToken);

            var exitCode = await NodeOnThisMachine.RunAsync(submitted[^1], folder["node"], TestContext.CancellationToken, tamper: () =>
            {
                var path = Path.Combine(folder["node"], "code.zip");
                if (changed == "code.zip")
                {
                    File.WriteAllText(path, "no archive");
                    return;
                }

                using ZipArchive code = ZipFile.Open(path, ZipArchiveMode.Update);
                code.GetEntry(changed)?.Delete();
                using var writer = new StreamWriter(code.CreateEntry(changed).Open());
                writer.Write(changed.EndsWith(".sh", StringComparison.Ordinal) ? $"touch {ran}" : $"open('{ran}', 'w')");
            });

            Assert.AreEqual(69, exitCode, changed);
            Assert.IsFalse(File.Exists(ran), changed);
        }
    }

    [TestMethod]
    public async Task A_run_that_began_when_nodes_got_file_by_file_goes_on_with_the_same_code()
    {
        var catalog = new JobCatalog(Path.Combine(AppContext.BaseDirectory, "batch-jobs"));
        var store = new JobCodeStore(Blobs, new JobLibrary(Blobs, catalog), catalog);
        var code = await store.UploadAsync("run-older", "shell", TestContext.CancellationToken);
        var runs = Blobs.GetBlobContainerClient("runs");
        var older = JsonNode.Parse((await runs.GetBlobClient("run-older/code/shell.json").DownloadContentAsync(TestContext.CancellationToken)).Value.Content)!.AsObject();
        older.Remove("archiveSha256");
        await runs.GetBlobClient("run-older/code/shell.json").UploadAsync(new BinaryData(older.ToJsonString()), overwrite: true, TestContext.CancellationToken);
        await store.Blob("run-older", code.Files.Single(f => f.Path == "jobs/shell/job.sh")).UploadAsync(new BinaryData("echo of then"), overwrite: true, TestContext.CancellationToken);

        var completed = await store.UploadAsync("run-older", "shell", TestContext.CancellationToken);

        Assert.AreEqual(code.Sha256, completed.Sha256);
        using var archive = new ZipArchive((await store.Archive("run-older", completed).DownloadContentAsync(TestContext.CancellationToken)).Value.Content.ToStream());
        CollectionAssert.AreEqual(code.Files.Select(f => f.Path).ToArray(), archive.Entries.Select(entry => entry.FullName).ToArray());
        using var script = new StreamReader(archive.GetEntry("jobs/shell/job.sh")!.Open());
        Assert.AreEqual("echo of then", await script.ReadToEndAsync(TestContext.CancellationToken));
        Assert.AreEqual(completed.ArchiveSha256, (await store.UploadAsync("run-older", "shell", TestContext.CancellationToken)).ArchiveSha256);
    }

    [TestMethod]
    public async Task A_trial_that_waits_long_gets_a_later_grant_and_the_node_finds_it_at_the_same_url()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var jobs = Jobs(time: time);
        var trial = Trial("run-waits", "shell") with { Parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) };
        await jobs.SubmitAsync(trial, TestContext.CancellationToken);
        var url = submitted.Single().ResourceFiles.Single(f => f.FilePath == "grant.json").HttpUri;
        var first = JsonNode.Parse(await Http.GetStringAsync(url, TestContext.CancellationToken))!;

        time.Advance(TimeSpan.FromHours(5));
        await jobs.RenewAccessAsync(trial, TestContext.CancellationToken);
        Assert.AreEqual(first.ToJsonString(), JsonNode.Parse(await Http.GetStringAsync(url, TestContext.CancellationToken))!.ToJsonString(), "It is good for a while.");
        time.Advance(TimeSpan.FromHours(20));
        await jobs.RenewAccessAsync(trial, TestContext.CancellationToken);

        var later = JsonNode.Parse(await Http.GetStringAsync(url, TestContext.CancellationToken))!;
        Assert.AreEqual(TimeSpan.FromHours(25).TotalSeconds, (double)later["expires"]! - (double)first["expires"]!, 1);
        Assert.IsGreaterThan(TimeSpan.FromDays(6), SasEnd(url) - TimeProvider.System.GetUtcNow(), "What the node agent reads holds as long as Azure allows.");

        static DateTimeOffset SasEnd(Uri url) => new BlobUriBuilder(url).Sas.ExpiresOn;
    }

    private static readonly HttpClient Http = new();

    private static Uri At(Uri signed, string container, string blob) => new($"{azurite.BlobEndpoint}/{container}/{blob}{signed.Query}");

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, Uri url)
    {
        using var request = new HttpRequestMessage(method, url) { Content = method == HttpMethod.Put ? new StringContent("x") : null };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var response = await Http.SendAsync(request, TestContext.CancellationToken);
        return response.StatusCode;
    }

    [TestMethod]
    public async Task Submitting_twice_is_the_same_as_once()
    {
        var jobs = Jobs();
        batch.CreateJobAsync(default!).ThrowsAsyncForAnyArgs(new RequestFailedException(409, "there", "JobExists", null));
        batch.CreateTaskAsync(default!, default!).ThrowsAsyncForAnyArgs(new RequestFailedException(409, "there", "TaskExists", null));
        await jobs.SubmitAsync(Trial("run-b"), TestContext.CancellationToken);
    }

    [TestMethod]
    public async Task Other_refusals_are_passed_on()
    {
        var jobs = Jobs();
        batch.CreateTaskAsync(default!, default!).ThrowsAsyncForAnyArgs(new RequestFailedException(409, "over", "JobCompleted", null));
        var exception = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => jobs.SubmitAsync(Trial("run-c"), TestContext.CancellationToken));
        Assert.AreEqual("JobCompleted", exception.ErrorCode);
    }

    [TestMethod]
    public async Task The_fallback_runs_in_a_job_of_its_own_on_the_dedicated_pool()
    {
        await Jobs().SubmitAsync(Trial("run-d") with { Dedicated = true, Attempt = 2 }, TestContext.CancellationToken);
        await batch.Received().CreateJobAsync(
            Arg.Is<BatchJobCreateOptions>(j => j.Id == "run-d-dedicated" && j.PoolInfo.PoolId == "dedicated"), cancellationToken: Arg.Any<CancellationToken>());
        Assert.AreEqual("trial-000-a2", submitted.Single().Id);
    }

    [TestMethod]
    public async Task Several_nodes_make_it_a_multi_instance_task()
    {
        await Jobs().SubmitAsync(Trial("run-e") with { Nodes = 2 }, TestContext.CancellationToken);
        var task = submitted.Single();
        Assert.AreEqual(2, task.MultiInstanceSettings.NumberOfInstances);
        StringAssert.Contains(task.MultiInstanceSettings.CoordinationCommandLine, "import worker");
        StringAssert.Contains(task.CommandLine, "import runner");
        Assert.AreEqual("2", task.EnvironmentSettings.Single(e => e.Name == "DML_NODES").Value);
        Assert.IsEmpty(task.ResourceFiles);
        Assert.IsTrue(task.MultiInstanceSettings.CommonResourceFiles.Any(f => f.FilePath == "code.zip"));
    }

    [TestMethod]
    [DataRow(1, null)]
    [DataRow(3, 3)]
    public async Task A_trial_takes_the_slots_of_its_node_that_the_sweep_says(int slots, int? required)
    {
        await Jobs().SubmitAsync(Trial("run-s" + slots) with { Slots = slots }, TestContext.CancellationToken);

        Assert.AreEqual(required, submitted.Single().RequiredSlots);
    }

    [TestMethod]
    public async Task A_run_keeps_the_code_it_began_with()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["runner"]);
        Directory.CreateDirectory(folder["jobs/job"]);
        await File.WriteAllTextAsync(Path.Combine(folder["jobs/job"], "job.json"), """{"name":"job","command":["python3","train.py"]}""", TestContext.CancellationToken);
        var script = Path.Combine(folder["jobs/job"], "train.py");
        await File.WriteAllTextAsync(script, "print(1)", TestContext.CancellationToken);
        var catalog = new JobCatalog(folder.Path);
        var store = new JobCodeStore(Blobs, new JobLibrary(Blobs, catalog), catalog);
        var first = await store.UploadAsync("run-f", "job", TestContext.CancellationToken);

        await File.WriteAllTextAsync(script, "print(2)", TestContext.CancellationToken);
        var again = await store.UploadAsync("run-f", "job", TestContext.CancellationToken);
        Assert.AreEqual(first.Sha256, again.Sha256);
        var stored = await store.Blob("run-f", again.Files.Single(f => f.Path == "jobs/job/train.py")).DownloadContentAsync(TestContext.CancellationToken);
        Assert.AreEqual("print(1)", stored.Value.Content.ToString());
        Assert.AreNotEqual(first.Sha256, (await store.UploadAsync("run-g", "job", TestContext.CancellationToken)).Sha256);
    }

    [TestMethod]
    public async Task What_a_node_runs_comes_back_as_an_outcome()
    {
        using var folder = new TemporaryFolder();
        CopyFolder(Path.Combine(AppContext.BaseDirectory, "batch-jobs", "runner"), folder["jobs/runner"]);
        Directory.CreateDirectory(folder["jobs/jobs/job"]);
        await File.WriteAllTextAsync(folder["jobs/jobs/job/job.json"], """{"name":"job","command":["python3","train.py"],"parameters":{"learning_rate":{"type":"number","default":1}}}""", TestContext.CancellationToken);
        await File.WriteAllTextAsync(
            folder["jobs/jobs/job/train.py"],
            """
            import json, os
            rate = json.load(open(os.environ["DML_PARAMS"]))["learning_rate"]
            with open(os.environ["DML_OUTPUT"] + "/metrics.jsonl", "w") as file:
                for epoch in (1, 2):
                    file.write(json.dumps({"kind": "epoch", "epoch": epoch, "validation_accuracy": epoch * rate}) + "\n")
            """,
            TestContext.CancellationToken);
        var jobs = Jobs(new JobCatalog(folder["jobs"]));
        var trial = Trial("run-h", "job");
        await jobs.SubmitAsync(trial, TestContext.CancellationToken);
        Assert.AreEqual(0, (await jobs.Trials.ProgressAsync(trial.BlobPrefix, TestContext.CancellationToken)).Epoch);

        var exitCode = await NodeOnThisMachine.RunAsync(submitted.Single(), folder["node"], TestContext.CancellationToken);

        Assert.AreEqual(0, exitCode);
        var outcome = await jobs.OutcomeAsync(trial, TestContext.CancellationToken);
        Assert.AreEqual(TrialOutcomeKind.Succeeded, outcome!.Kind);
        Assert.AreEqual(new MetricSummary(0.02, 0.01, 0.02), outcome.Result!.Metrics["validation_accuracy"]);
        Assert.AreEqual("metrics.jsonl", outcome.Result.Outputs.Single().File);
        Assert.AreEqual(2, (await jobs.Trials.ProgressAsync(trial.BlobPrefix, TestContext.CancellationToken)).Epoch);
        Assert.AreEqual(new TrialStarts(1, 1, 1), await jobs.Trials.StartsAsync(trial.BlobPrefix, TestContext.CancellationToken));
        Assert.AreEqual(TrialOutcomeKind.InfrastructureFailure, (await jobs.OutcomeAsync(trial with { Attempt = 2 }, TestContext.CancellationToken))!.Kind);
    }

    [TestMethod]
    public async Task Progress_is_read_from_the_end_of_a_long_training()
    {
        var lines = string.Concat(Enumerable.Range(1, 20_000).Select(i => $$"""{"kind":"step","step":{{i}},"epoch":{{i}},"text":"é"}""" + "\n"));
        var container = TrialContainer.Of(Blobs, "run-j/trials/trial-000");
        await container.CreateIfNotExistsAsync(cancellationToken: TestContext.CancellationToken);
        var blob = container.GetBlobClient("run-j/trials/trial-000/output/metrics.jsonl");
        await blob.UploadAsync(new BinaryData(lines + "{\"epoch\": 20000.5, \"cut"), TestContext.CancellationToken);
        var progress = await Jobs().Trials.ProgressAsync("run-j/trials/trial-000", TestContext.CancellationToken);
        Assert.AreEqual(20_000, progress.Epoch);
        Assert.AreEqual(20_000, progress.Metrics["step"]);
    }

    [TestMethod]
    public async Task Cancelling_and_cleaning_up_what_is_gone_is_fine()
    {
        var jobs = Jobs();
        batch.TerminateTaskAsync(default!, default!).ThrowsAsyncForAnyArgs(new RequestFailedException(409, "over", "TaskCompleted", null));
        batch.DeleteJobAsync(default!).ThrowsAsyncForAnyArgs(new RequestFailedException(404, "gone", "JobNotFound", null));
        await jobs.CancelAsync(Trial("run-i"), TestContext.CancellationToken);
        await jobs.DeleteJobsAsync("run-i", TestContext.CancellationToken);
        await batch.ReceivedWithAnyArgs(2).DeleteJobAsync(default!);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
