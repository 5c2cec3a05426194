using System.IO.Compression;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Cli.Tests.Pipelines;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Jobs;

namespace Cli.Tests.Jobs;

[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class JobFolderTests
{
    private static readonly RepositoryLayout Layout = RepositoryLayout.Find();

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task The_skeleton_runs_as_it_is_and_goes_on_from_its_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var job = JobFolder.Read(JobSkeleton.Write(folder.Path, "my-job"));
        var trial = new LocalTrial(job, Layout);

        await trial.RunAsync(folder["trial"], trial.Parameters(["learning_rate=0.5"]), null, budget: 2, seed: 7, TestContext.CancellationToken);
        double first = LocalTrial.Metrics(folder["trial"])["loss"];
        await trial.RunAsync(folder["trial"], trial.Parameters(["learning_rate=0.5"]), null, budget: 9, seed: 7, TestContext.CancellationToken);

        Assert.AreEqual(9, File.ReadLines(Path.Combine(folder["trial"], "output", "metrics.jsonl")).Count());
        Assert.IsLessThan(first, LocalTrial.Metrics(folder["trial"])["loss"]);
        Assert.AreEqual(0.5, (double)JsonNode.Parse(await File.ReadAllTextAsync(folder["trial/params.json"], TestContext.CancellationToken))!["learning_rate"]!);
    }

    [TestMethod]
    public async Task A_job_of_this_checkout_runs_with_what_it_includes()
    {
        using var folder = new TemporaryFolder();
        var trial = new LocalTrial(JobFolder.Read(Path.Combine(Repository.Root, "batch-jobs", "jobs", "shell")), Layout);

        await trial.RunAsync(folder.Path, trial.Parameters([]), null, budget: 3, seed: 1, TestContext.CancellationToken);

        Assert.AreEqual(3, LocalTrial.Metrics(folder.Path)["progress"]);
    }

    [TestMethod]
    public async Task A_trial_that_fails_says_whether_it_would_be_tried_again()
    {
        using var folder = new TemporaryFolder();
        var trial = new LocalTrial(JobFolder.Read(JobSkeleton.Write(folder.Path, "my-job")), Layout);

        var exception = await Assert.ThrowsExactlyAsync<CliException>(
            () => trial.RunAsync(folder["trial"], trial.Parameters(["learning_rate=2"]), null, budget: 1, seed: 1, TestContext.CancellationToken));

        StringAssert.Contains(exception.Message, "exit code 64: a run would not try the trial again");
    }

    [TestMethod]
    [DataRow("learning_rat=1")]
    [DataRow("learning_rate")]
    public void A_parameter_that_the_job_does_not_take_is_named_with_those_it_does(string given)
    {
        using var folder = new TemporaryFolder();
        var trial = new LocalTrial(JobFolder.Read(JobSkeleton.Write(folder.Path, "my-job")), Layout);

        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => trial.Parameters([given])).Message, "my-job takes learning_rate");
    }

    [TestMethod]
    public void A_folder_is_packed_without_what_tools_leave_in_it()
    {
        using var folder = new TemporaryFolder();
        var path = JobSkeleton.Write(folder.Path, "my-job");
        Directory.CreateDirectory(Path.Combine(path, ".git"));
        Directory.CreateDirectory(Path.Combine(path, "__pycache__"));
        Directory.CreateDirectory(Path.Combine(path, "src"));
        File.WriteAllText(Path.Combine(path, ".git", "config"), "");
        File.WriteAllText(Path.Combine(path, "__pycache__", "train.pyc"), "");
        File.WriteAllText(Path.Combine(path, "src", "model.py"), "");

        using var archive = new ZipArchive(JobFolder.Read(path).Pack());

        CollectionAssert.AreEqual(new[] { "job.json", "src/model.py", "train.py" }, archive.Entries.Select(entry => entry.FullName).ToArray());
    }

    [TestMethod]
    public async Task A_push_that_is_refused_says_why()
    {
        using var folder = new TemporaryFolder();
        var stub = new StubHandler((HttpStatusCode.BadRequest, """{ "title": "The job is not valid.", "detail": "no" }"""));

        var exception = await Assert.ThrowsExactlyAsync<CliException>(
            () => JobsCommand.PushAsync(stub.Client(), JobFolder.Read(JobSkeleton.Write(folder.Path, "my-job")), TestContext.CancellationToken));

        Assert.AreEqual("The job is not valid. no", exception.Message);
        Assert.AreEqual("PUT /api/jobs/my-job", stub.Requests.Single());
    }

    [TestMethod]
    public void A_folder_that_is_no_job_and_a_folder_that_is_there_are_refused()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => JobFolder.Read(folder.Path)).Message, "a job is a folder with a job.json");
        JobSkeleton.Write(folder.Path, "my-job");
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => JobSkeleton.Write(folder.Path, "my-job")).Message, "is there already");
        StringAssert.Contains(Assert.ThrowsExactly<CliException>(() => JobSkeleton.Write(folder.Path, "../x")).Message, "is no name of a job");
    }
}
