using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Client;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Functions.Tests.Fixtures;
using Microsoft.DurableTask.Client;
using NSubstitute;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Training;

[TestClass]
public sealed class AbandonedTrainingTests
{
    private readonly DurableTaskClient client = Substitute.For<DurableTaskClient>("hub");

    [TestMethod]
    public async Task The_Batch_job_of_a_run_that_is_over_is_removed()
    {
        (App app, string run) = await JobAsync();
        Knows(run, OrchestrationRuntimeStatus.Terminated);

        CollectionAssert.Contains((await EndAsync(app)).ToArray(), run);

        Assert.AreEqual(404, await StatusAsync(app, run));
    }

    [TestMethod]
    public async Task A_sweep_that_outlives_its_run_is_told_to_stop_and_cleans_up_itself()
    {
        (App app, string run) = await JobAsync();
        Knows(run, OrchestrationRuntimeStatus.Terminated);
        Knows(RunIds.Sweep(run), OrchestrationRuntimeStatus.Running);

        await EndAsync(app);

        await client.Received(1).RaiseEventAsync(RunIds.Sweep(run), RunEvents.Cancel, Arg.Any<object?>(), Arg.Any<CancellationToken>());
        Assert.AreEqual(200, await StatusAsync(app, run));
    }

    [TestMethod]
    public async Task The_trial_of_an_import_that_is_over_is_told_to_stop_before_its_job_goes()
    {
        (App app, string run) = await JobAsync();
        Knows(run, OrchestrationRuntimeStatus.Terminated);
        Knows(RunIds.Trial(run, "trial-000"), OrchestrationRuntimeStatus.Running);

        await EndAsync(app);
        int before = await StatusAsync(app, run);
        Knows(RunIds.Trial(run, "trial-000"), OrchestrationRuntimeStatus.Completed);
        await EndAsync(app);

        await client.Received(1).RaiseEventAsync(RunIds.Trial(run, "trial-000"), RunEvents.Cancel, Arg.Any<object?>(), Arg.Any<CancellationToken>());
        Assert.AreEqual((200, 404), (before, await StatusAsync(app, run)));
    }

    [TestMethod]
    public async Task Runs_under_way_and_those_of_others_are_left_alone()
    {
        (App app, string own) = await JobAsync();
        (_, string foreign) = await JobAsync();
        Knows(own, OrchestrationRuntimeStatus.Running);

        IReadOnlyList<string> ended = await EndAsync(app);

        // Tests beside this one may have left runs that are over.
        Assert.DoesNotContain(own, ended);
        Assert.DoesNotContain(foreign, ended);
        Assert.AreEqual((200, 200), (await StatusAsync(app, own), await StatusAsync(app, foreign)));
    }

    [TestMethod]
    [DataRow("hub", 404)]
    [DataRow("another", 200)]
    public async Task The_Batch_job_of_a_run_that_was_purged_is_removed_if_it_was_in_this_task_hub(string taskHub, int status)
    {
        (App app, string run) = await JobAsync();
        var runs = (await Storage.BlobsAsync()).GetBlobContainerClient("runs");
        await runs.CreateIfNotExistsAsync();
        await runs.GetBlobClient(RunBlobs.TaskHub(run)).UploadAsync(BinaryData.FromString($$"""{"taskHub":"{{taskHub}}"}"""));

        await EndAsync(app);

        Assert.AreEqual(status, await StatusAsync(app, run));
    }

    private static async Task<(App App, string Run)> JobAsync()
    {
        App app = await App.GetAsync();
        string run = Storage.NewName("run");
        await app.Batch.CreateJobAsync(new BatchJobCreateOptions(BatchIds.Job(run, dedicated: false), new BatchPoolInfo { PoolId = "spot" }) { DisplayName = run });
        return (app, run);
    }

    private static async Task<int> StatusAsync(App app, string job)
    {
        int status = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    status = 200;
                    return (await app.Batch.GetJobAsync(job)).Value.State != BatchJobState.Deleting;
                }
                catch (RequestFailedException e)
                {
                    status = e.Status;
                    return true;
                }
            },
            "the job's deletion has ended");
        return status;
    }

    private void Knows(string instance, OrchestrationRuntimeStatus status) =>
        client.GetInstanceAsync(instance, Arg.Any<CancellationToken>()).Returns(new OrchestrationMetadata("any", instance) { RuntimeStatus = status });

    private async Task<IReadOnlyList<string>> EndAsync(App app)
    {
        var settings = new BatchSettings { AccountUrl = new Uri("http://127.0.0.1"), PoolId = "spot" };
        var training = new TrainingJobs(app.Batch, await Storage.BlobsAsync(), new JobCatalog(), settings, TimeProvider.System);
        return await new AbandonedTraining(training, app.Batch, await Storage.BlobsAsync()).EndAsync(client, default);
    }
}
