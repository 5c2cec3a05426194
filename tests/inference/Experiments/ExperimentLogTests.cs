using Azure.Storage.Blobs;
using DurableMl.Inference.Experiments;
using DurableMl.Inference.Serving;
using DurableMl.Registry;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Tests.Experiments;

/// <summary>Counts of several processes over one storage account.</summary>
[TestClass]
public sealed class ExperimentLogTests(TestContext context) : IDisposable
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly BlobContainerClient container = Storage.NewContainer();
    private readonly InferenceMeter meter = new();

    private CancellationToken Token => context.CancellationToken;

    public void Dispose() => meter.Dispose();

    [TestMethod]
    public async Task What_several_processes_have_counted_adds_up_however_often_each_writes()
    {
        await container.CreateAsync(cancellationToken: Token);
        ExperimentLog[] processes = [Log(), Log(), Log()];
        for (int i = 0; i < 3; i++)
        {
            await Task.WhenAll(processes.Select(log =>
            {
                log.Answered("m", "split:1", "1", TimeSpan.FromMilliseconds(1), failed: i == 2);
                return log.FlushAsync("m", Token);
            }));
        }

        ExperimentArm arm = (await Log().ReadAsync("m", Token)).Single();
        Assert.AreEqual((9, 3), (arm.Requests, arm.Errors));
    }

    [TestMethod]
    public async Task A_failure_without_a_version_is_read_back_with_the_rest()
    {
        await container.CreateAsync(cancellationToken: Token);
        ExperimentLog log = Log();
        log.Answered("m", "canary", null, TimeSpan.FromMilliseconds(2), failed: true);
        log.Dropped("m", "shadow:2");
        IReadOnlyList<ExperimentArm> arms = await log.ReadAsync("m", Token);

        Assert.AreEqual("canary, shadow:2", string.Join(", ", arms.Select(arm => arm.Route)));
        Assert.AreEqual((1, 1), (arms[0].Errors, arms[1].Dropped));
    }

    [TestMethod]
    public async Task Counts_that_nobody_has_written_for_a_week_are_gone()
    {
        await container.CreateAsync(cancellationToken: Token);
        ExperimentLog log = Log();
        log.Answered("m", "r", "1", TimeSpan.Zero, failed: false);
        await log.FlushAsync("m", Token);
        time.Advance(ExperimentLog.Memory + TimeSpan.FromHours(1));

        Assert.IsEmpty((await Log().ReadAsync("m", Token)));
        Assert.IsEmpty(await container.GetBlobsAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [TestMethod]
    public async Task A_model_without_results_has_none()
    {
        Assert.IsEmpty((await Log().ReadAsync("m", Token)));
        await container.CreateAsync(cancellationToken: Token);
        Assert.IsEmpty((await Log().ReadAsync("m", Token)));
    }

    [TestMethod]
    public async Task What_was_counted_is_written_when_the_process_ends()
    {
        await container.CreateAsync(cancellationToken: Token);
        await using InferenceHost host = await InferenceHost.StartAsync(container);
        host.Service<ExperimentLog>().Answered("m", "r", "1", TimeSpan.Zero, failed: false);
        await host.Service<ExperimentKeeper>().StopAsync(Token);

        Assert.AreEqual(1, (await Log().ReadAsync("m", Token)).Single().Requests);
    }

    [TestMethod]
    public async Task More_routes_than_anyone_has_share_one_arm()
    {
        await container.CreateAsync(cancellationToken: Token);
        ExperimentLog log = Log();
        for (int i = 0; i < 2000; i++)
        {
            log.Answered("m", $"r{i}", "1", TimeSpan.Zero, failed: false);
        }

        IReadOnlyList<ExperimentArm> arms = await log.ReadAsync("m", Token);
        Assert.HasCount(1025, arms);
        Assert.AreEqual(2000, arms.Sum(arm => arm.Requests));
    }

    private ExperimentLog Log() => new(new ModelRegistry(container, time), new PredictionLog(10), meter, time);
}
