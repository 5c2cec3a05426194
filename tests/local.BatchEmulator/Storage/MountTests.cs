using System.Text.Json.Nodes;
using Azure.Storage.Blobs;

namespace BatchEmulator.Tests.Storage;

[TestClass]
public sealed class MountTests
{
    private static AzuriteProcess azurite = null!;

    [ClassInitialize]
    public static async Task StartAzuriteAsync(TestContext _) => azurite = await AzuriteProcess.StartAsync();

    [ClassCleanup]
    public static async Task StopAzuriteAsync() => await azurite.DisposeAsync();

    [TestMethod]
    public async Task A_task_finds_what_others_have_written_to_the_container_since_the_one_before_it()
    {
        var container = await ContainerAsync("changing");
        await container.UploadBlobAsync("kept", BinaryData.FromString("kept "));
        await container.UploadBlobAsync("changed", BinaryData.FromString("before "));
        await container.UploadBlobAsync("removed", BinaryData.FromString("removed "));
        await using var emulator = await StartAsync("changing");
        Assert.AreEqual("before kept removed ", await CatAsync(emulator, "first"));

        await container.GetBlobClient("changed").UploadAsync(BinaryData.FromString("after "), overwrite: true);
        await container.DeleteBlobAsync("removed");
        await container.UploadBlobAsync("new", BinaryData.FromString("new "));

        Assert.AreEqual("after kept new ", await CatAsync(emulator, "second"));
        Assert.AreEqual(3, container.GetBlobs().Count(), "What was removed elsewhere does not come back.");
    }

    [TestMethod]
    public async Task What_a_failed_task_has_written_is_kept_and_what_it_has_not_touched_is_left_alone()
    {
        var container = await ContainerAsync("written");
        await container.UploadBlobAsync("untouched", BinaryData.FromString("1"));
        var before = (await container.GetBlobClient("untouched").GetPropertiesAsync()).Value.ETag;
        await using var emulator = await StartAsync("written");

        await RunAsync(emulator, "task", "echo 2 > $AZ_BATCH_NODE_MOUNTS_DIR/m/result; exit 3");

        Assert.AreEqual("2\n", (await container.GetBlobClient("result").DownloadContentAsync()).Value.Content.ToString());
        Assert.AreEqual(before, (await container.GetBlobClient("untouched").GetPropertiesAsync()).Value.ETag);
    }

    [TestMethod]
    public async Task A_mount_for_reading_keeps_its_container_and_comes_back_as_it_was()
    {
        var container = await ContainerAsync("reading");
        await container.UploadBlobAsync("a", BinaryData.FromString("a "));
        await using var emulator = await StartAsync("reading", "-o ro -o attr_timeout=240");

        await RunAsync(emulator, "writes", "echo x > $AZ_BATCH_NODE_MOUNTS_DIR/m/a; echo x > $AZ_BATCH_NODE_MOUNTS_DIR/m/b");

        Assert.AreEqual("a ", await CatAsync(emulator, "reads"));
        CollectionAssert.AreEqual(new[] { "a" }, container.GetBlobs().Select(b => b.Name).ToArray());
    }

    [TestMethod]
    public async Task A_container_that_cannot_be_read_fails_the_task_and_is_named()
    {
        await using var emulator = await StartAsync("absent");

        var failure = (await RunAsync(emulator, "task", "true"))["executionInfo"]!["failureInfo"]!;

        Assert.AreEqual("MountConfigurationFailed", (string?)failure["code"]);
        StringAssert.Contains(failure.ToJsonString(), "404 ContainerNotFound");
        StringAssert.Contains(failure.ToJsonString(), "absent");
    }

    [TestMethod]
    [DataRow("""{ "startTask": { "commandLine": "true", "resourceFiles": [{ "autoStorageContainerName": "c" }] } }""", "startTask.resourceFiles[0].autoStorageContainerName")]
    [DataRow("""{ "mountConfiguration": [{ "azureBlobFileSystemConfiguration": { "accountName": "a", "containerName": "c", "accountKey": "k", "relativeMountPath": "m" } }] }""", "mountConfiguration[0].azureBlobFileSystemConfiguration.accountName")]
    public async Task Without_a_linked_account_what_needs_one_is_refused_with_the_setting_that_links_it(string change, string property)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var pool = JsonNode.Parse(change)!.AsObject();
        (pool["id"], pool["vmSize"]) = ("pool", "standard_d2s_v5");

        var (status, body, _) = await emulator.Client.SendAsync("POST", "/pools", pool);

        Assert.AreEqual(400, (int)status);
        StringAssert.Contains(body["values"]!.ToJsonString(), property);
        StringAssert.Contains(body["values"]!.ToJsonString(), "BatchEmulator:Storage");
    }

    private static async Task<EmulatorFixture> StartAsync(string container, string? options = null)
    {
        var emulator = await EmulatorFixture.StartAsync(o => o.Storage = azurite.ConnectionString);
        var mount = new JsonObject
        {
            ["accountName"] = AzuriteProcess.AccountName, ["accountKey"] = AzuriteProcess.AccountKey, ["containerName"] = container, ["relativeMountPath"] = "m",
        };
        if (options is not null)
        {
            mount["blobfuseOptions"] = options;
        }

        await emulator.CreatePoolAsync(change: p => p["mountConfiguration"] = new JsonArray(new JsonObject { ["azureBlobFileSystemConfiguration"] = mount }));
        await emulator.CreateJobAsync();
        return emulator;
    }

    private static Task<JsonObject> RunAsync(EmulatorFixture emulator, string id, string script) => emulator.RunAsync($"/bin/sh -c '{script}'", id: id);

    private static async Task<string> CatAsync(EmulatorFixture emulator, string id)
    {
        await RunAsync(emulator, id, "cat $AZ_BATCH_NODE_MOUNTS_DIR/m/*");
        return await emulator.FileAsync(id, "stdout.txt");
    }

    private static async Task<BlobContainerClient> ContainerAsync(string name)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, name);
        await container.CreateAsync();
        return container;
    }
}
