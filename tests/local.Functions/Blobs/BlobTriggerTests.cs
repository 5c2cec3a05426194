using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsHost.Tests.Blobs;

[TestClass]
public sealed class BlobTriggerTests
{
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task Every_kind_of_parameter_gets_the_blob_and_names_from_its_path()
    {
        BlobContainerClient container = await ContainerAsync("inbox");
        await UploadAsync(container, "mnist/train.txt", "hello");
        await UploadAsync(container, "a/b.bin", "stream");
        await UploadAsync(container, "c.client", "client");
        await UploadAsync(container, "d.bytes", "bytes");
        await UploadAsync(container, "e.memory", "12345");
        await UploadAsync(container, "f.note", "north");
        await UploadAsync(container, "f.json", """{"Sensor":"s","Value":3}""");
        await using RunningHost host = await StartAsync(typeof(BlobFunctions));

        await SeesAsync("text mnist train hello inbox/mnist/train.txt");
        await SeesAsync("stream a/b stream b.bin");
        await SeesAsync("client c.client client");
        await SeesAsync("bytes d bytes");
        await SeesAsync("memory e 5");
        BlobClient written = new BlobServiceClient(Azurite.ConnectionString).GetBlobContainerClient("out").GetBlobClient("f.json");
        string json = await Eventually.GetAsync(
            async () => await written.ExistsAsync() ? (await written.DownloadContentAsync()).Value.Content.ToString() : null,
            "The output blob"
        );
        Assert.AreEqual("""{"Sensor":"s/north","Value":3}""", json);
    }

    [TestMethod]
    public async Task A_blob_runs_once_for_each_version_also_over_a_restart()
    {
        BlobContainerClient container = await ContainerAsync("inbox");
        await UploadAsync(container, "once/a.txt", "one");
        await using (await StartAsync(typeof(BlobFunctions)))
        {
            await SeesAsync("text once a one inbox/once/a.txt");
            await UploadAsync(container, "once/a.txt", "two");
            await SeesAsync("text once a two inbox/once/a.txt");
        }

        await using (await StartAsync(typeof(BlobFunctions)))
        {
            await UploadAsync(container, "once/marker.txt", "m");
            await SeesAsync("text once marker m inbox/once/marker.txt");
        }

        Assert.AreEqual(1, recorder.Count("text once a one inbox/once/a.txt"));
        Assert.AreEqual(1, recorder.Count("text once a two inbox/once/a.txt"));
    }

    [TestMethod]
    public async Task A_blob_whose_function_fails_five_times_becomes_a_poison_message()
    {
        BlobContainerClient container = await ContainerAsync("bad");
        await UploadAsync(container, "x/y", "content");
        await using RunningHost host = await StartAsync(typeof(FailingBlobFunctions));

        QueueClient queue = new(
            Azurite.ConnectionString,
            "webjobs-blobtrigger-poison",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        QueueMessage message = await Eventually.GetAsync(
            async () => await queue.ExistsAsync() ? (await queue.ReceiveMessageAsync()).Value : null,
            "The poison message"
        );
        JsonElement body = JsonDocument.Parse(message.Body).RootElement;
        Assert.AreEqual("Host.Functions.always-fails", body.GetProperty("FunctionId").GetString());
        Assert.AreEqual("bad", body.GetProperty("ContainerName").GetString());
        Assert.AreEqual("x/y", body.GetProperty("BlobName").GetString());
        Assert.AreEqual(5, recorder.Count("attempt x/y content"));
    }

    [TestMethod]
    public async Task A_container_that_appears_later_is_found()
    {
        await using RunningHost host = await StartAsync(
            typeof(FailingBlobFunctions),
            ("AzureFunctionsJobHost:extensions:blobs:poisonBlobThreshold", "1")
        );
        BlobContainerClient container = await ContainerAsync("bad");
        await UploadAsync(container, "late", "content");
        await SeesAsync("attempt late content");
    }

    [TestMethod]
    public async Task A_collection_gets_the_blobs_below_its_path()
    {
        BlobContainerClient container = await ContainerAsync("collection");
        await UploadAsync(container, "a/1", "one");
        await UploadAsync(container, "a/2", "two");
        await UploadAsync(container, "b/1", "three");
        await using RunningHost host = await StartAsync(typeof(BlobCollectionFunctions));
        StringAssert.StartsWith(await host.Http.GetStringAsync("/api/blobs/a"), "one,two 3");
    }

    [TestMethod]
    public async Task A_missing_connection_stops_the_start_and_names_the_setting()
    {
        InvalidOperationException error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() =>
            RunningHost.StartAsync(
                [typeof(BlobFunctions)],
                [("AzureWebJobsStorage", Azurite.ConnectionString)],
                b => b.Services.AddSingleton(recorder)
            )
        );
        StringAssert.Contains(error.Message, "'DataStorage'");
    }

    private Task SeesAsync(string entry) => Eventually.TrueAsync(() => recorder.Count(entry) > 0, entry);

    private Task<RunningHost> StartAsync(Type functions, params (string, string)[] settings) =>
        RunningHost.StartAsync(
            [functions],
            [
                ("AzureWebJobsStorage", Azurite.ConnectionString),
                ("DataStorage", Azurite.ConnectionString),
                ("Functions:BlobPollingInterval", "00:00:00.1"),
                .. settings,
            ],
            builder => builder.Services.AddSingleton(recorder)
        );

    private static async Task<BlobContainerClient> ContainerAsync(string name)
    {
        BlobContainerClient container = new(Azurite.ConnectionString, name);
        await container.CreateIfNotExistsAsync();
        return container;
    }

    private static Task UploadAsync(BlobContainerClient container, string name, string content) =>
        container.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), overwrite: true);
}
