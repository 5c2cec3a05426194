using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.AzureFunctions;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableTask.Sqlite.Tests;

/// <summary>What the Durable Functions extension sees.</summary>
[TestClass]
public sealed class ProviderTests
{
    [TestMethod]
    public async Task The_worker_and_all_clients_of_a_hub_share_one_provider()
    {
        using var folder = new TemporaryFolder();
        await using var factory = Factory(folder, new() { ["type"] = "sqlite" });

        var own = factory.GetDurabilityProvider();

        Assert.AreEqual("sqlite", factory.Name);
        Assert.AreSame(own, factory.GetDurabilityProvider(new DurableClientAttribute()));
        Assert.AreSame(own, factory.GetDurabilityProvider(new DurableClientAttribute { TaskHub = "TheHub", ConnectionName = "Any" }));
        Assert.AreNotSame(own, factory.GetDurabilityProvider(new DurableClientAttribute { TaskHub = "Other" }));
        await own.CreateIfNotExistsAsync();
        Assert.IsTrue(File.Exists(folder["TheHub.db"]));
    }

    [TestMethod]
    public async Task The_path_is_relative_to_the_state_folder()
    {
        using var folder = new TemporaryFolder();
        await using var factory = Factory(folder, new() { ["type"] = "sqlite", ["path"] = "state/{hub}.sqlite" });

        await factory.GetDurabilityProvider().CreateIfNotExistsAsync();

        Assert.IsTrue(File.Exists(folder["state/TheHub.sqlite"]));
    }

    [TestMethod]
    [DataRow("path", " ", "storageProvider.path is empty")]
    [DataRow("survivePowerLoss", "maybe", "storageProvider.survivePowerLoss is 'maybe'")]
    [DataRow("maxActivityAttempts", "0", "MaxActivityAttempts is 0; it must be 1 or more")]
    [DataRow("retainFinishedFor", "soon", "storageProvider.retainFinishedFor is 'soon'")]
    [DataRow("retainFinishedCount", "-1", "storageProvider.retainFinishedCount is '-1'")]
    public async Task A_wrong_setting_is_refused_by_its_key(string key, string value, string message)
    {
        using var folder = new TemporaryFolder();
        await using var factory = Factory(folder, new() { ["type"] = "sqlite", [key] = value });

        var exception = Assert.ThrowsExactly<InvalidOperationException>(() => factory.GetDurabilityProvider());

        StringAssert.Contains(exception.Message, "In host.json, extensions.durableTask.");
        StringAssert.Contains(exception.Message, message);
    }

    [TestMethod]
    public async Task A_client_of_another_hub_needs_a_path_with_the_hub_in_it()
    {
        using var folder = new TemporaryFolder();
        await using var factory = Factory(folder, new() { ["type"] = "sqlite", ["path"] = "one.db" });

        var exception = Assert.ThrowsExactly<InvalidOperationException>(() => factory.GetDurabilityProvider(new DurableClientAttribute { TaskHub = "Other" }));

        StringAssert.Contains(exception.Message, "Write {hub} into it");
    }

    [TestMethod]
    public async Task Settings_reach_the_provider_and_those_of_other_storages_do_no_harm()
    {
        using var folder = new TemporaryFolder();
        await using var factory = Factory(folder, new()
        {
            ["type"] = "sqlite",
            ["SurvivePowerLoss"] = false,
            ["retainFinishedFor"] = "7.00:00:00",
            ["retainFinishedCount"] = 5L,
            ["partitionCount"] = 4,
        });

        var configuration = factory.GetDurabilityProvider().ConfigurationJson;

        Assert.AreEqual(false, (bool)configuration["survivePowerLoss"]!);
        Assert.AreEqual("7.00:00:00", (string?)configuration["retainFinishedFor"]);
        Assert.AreEqual(5, (int)configuration["retainFinishedCount"]!);
    }

    [TestMethod]
    public async Task The_extension_reads_lists_purges_rewinds_and_streams()
    {
        using var folder = new TemporaryFolder();
        await using var hub = await new Hub(path: folder["hub.db"]).WithSteps()
            .Orchestration<string, string>("fails", (_, _) => throw new InvalidOperationException("broken"))
            .StartAsync();
        var provider = new SqliteDurabilityProvider(hub.Service, hub.Options);
        await hub.RunAsync("steps", 2, "good");
        await hub.RunAsync("fails", "in", "bad");

        Assert.AreEqual("2", (await provider.GetOrchestrationStateWithInputsAsync("good")).Single().Input);
        Assert.IsNull((await provider.GetOrchestrationStateWithInputsAsync("good", showInput: false)).Single().Input);
        Assert.AreEqual(0, (await provider.GetOrchestrationStateWithInputsAsync("nobody")).Count);
        Assert.AreEqual(2, (await provider.GetAllOrchestrationStates(CancellationToken.None)).Count);
        var page = await provider.GetOrchestrationStateWithPagination(
            new OrchestrationStatusQueryCondition { RuntimeStatus = [OrchestrationRuntimeStatus.Completed], PageSize = 10, ShowInput = true }, CancellationToken.None);
        var listed = page.DurableOrchestrationState.Single();
        var withoutInput = await provider.GetOrchestrationStateWithPagination(new OrchestrationStatusQueryCondition { ShowInput = false }, CancellationToken.None);
        Assert.IsTrue(withoutInput.DurableOrchestrationState.All(state => state.Input.ToString().Length == 0));
        Assert.AreEqual(("good", 2, 2), (listed.InstanceId, (int)listed.Input, (int)listed.Output));

        await provider.RewindAsync("bad", "again");
        Assert.AreEqual(OrchestrationStatus.Failed, (await hub.WaitAsync(new OrchestrationInstance { InstanceId = "bad" })).OrchestrationStatus);
        Assert.AreEqual(1, (await ToListAsync(provider, "bad")).OfType<ExecutionStartedEvent>().Count());
        Assert.AreEqual(1, (await provider.PurgeInstanceHistoryByInstanceId("good")).InstancesDeleted);
        Assert.AreEqual(1, await provider.PurgeHistoryByFilters(DateTime.MinValue, null, [OrchestrationStatus.Failed]));
    }

    [TestMethod]
    public async Task The_state_of_an_entity_is_read()
    {
        await using var hub = await new Hub().WithEntities().StartAsync();
        var provider = new SqliteDurabilityProvider(hub.Service, hub.Options);
        await hub.SignalAsync(new Core.Entities.EntityId("counter", "k"), "append", "x");

        await Eventually.TrueAsync(
            async () => await provider.RetrieveSerializedEntityState(new EntityId("counter", "k"), new Newtonsoft.Json.JsonSerializerSettings()) is ",x", "it is there");
    }

    private static async Task<List<HistoryEvent>> ToListAsync(SqliteDurabilityProvider provider, string instanceId)
    {
        var events = new List<HistoryEvent>();
        await foreach (var historyEvent in await provider.StreamOrchestrationHistoryAsync(instanceId, CancellationToken.None))
        {
            events.Add(historyEvent);
        }

        return events;
    }

    private static SqliteDurabilityProviderFactory Factory(TemporaryFolder folder, Dictionary<string, object> storageProvider) => new(
        Options.Create(new DurableTaskOptions { HubName = "TheHub", StorageProvider = storageProvider }),
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DurableTask:Sqlite:StateFolder"] = folder.Path }).Build(),
        NullLoggerFactory.Instance);
}
