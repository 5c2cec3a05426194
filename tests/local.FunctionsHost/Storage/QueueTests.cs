using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace FunctionsHost.Tests.Storage;

[TestClass]
public sealed class QueueTests
{
    private static HostProcess Host => SharedHost.Instance;

    [TestMethod]
    public async Task A_message_reaches_the_function_with_its_metadata_and_the_result_goes_to_another_queue()
    {
        await SendAsync("texts", "hello");
        await Host.RecordedAsync("texts", "hello id=True");
        await Host.RecordedAsync("copies", "HELLO");
    }

    [TestMethod]
    public async Task A_JSON_message_becomes_the_apps_type_and_the_result_a_blob_named_after_it()
    {
        await SendAsync("orders", """{"Id":"order-1","Count":3}""");
        await Host.RecordedAsync("orders", "order-1=3");
        await ReadBlobAsync("order-1.txt", "3 of order-1");
    }

    [TestMethod]
    public async Task A_message_of_bytes_stays_bytes()
    {
        await SendAsync("bytes", [0, 255, 128]);
        await Host.RecordedAsync("bytes", "00FF80");
    }

    [TestMethod]
    public async Task A_function_can_take_the_message_as_the_Storage_package_has_it()
    {
        await SendAsync("messages", "as it is");
        await Host.RecordedAsync("messages", "as it is 1");
    }

    [TestMethod]
    public async Task A_message_that_fails_as_often_as_allowed_goes_to_the_poison_queue()
    {
        await SendAsync("bad", "poison");
        await Host.RecordedAsync("poisoned", "poison");
        CollectionAssert.AreEqual(new[] { "poison 1", "poison 2", "poison 3" }, Host.Recorded("bad"));
    }

    [TestMethod]
    public async Task Outputs_of_several_types_go_where_they_belong()
    {
        using var response = await Host.Client.PostAsync(new Uri("api/write/several", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
        await Host.RecordedAsync("out-orders", "several=1");
        await Host.RecordedAsync("out-orders", "several=2");
        await ReadBlobAsync("several.json", """{"Id":"several","Count":3}""");
        var bytes = await new BlobClient(SharedHost.StorageConnection, "out", "several.bin").DownloadContentAsync();
        CollectionAssert.AreEqual(new byte[] { 1, 2, 255 }, bytes.Value.Content.ToArray());
    }

    private static Task SendAsync(string queue, string text) => SendAsync(queue, Encoding.UTF8.GetBytes(text));

    private static async Task SendAsync(string queue, byte[] message)
    {
        // The Functions host's default encoding.
        var client = new QueueClient(SharedHost.StorageConnection, queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await client.CreateIfNotExistsAsync();
        await client.SendMessageAsync(BinaryData.FromBytes(message));
    }

    private static Task ReadBlobAsync(string name, string expected)
    {
        var blob = new BlobClient(SharedHost.StorageConnection, "out", name);
        return Eventually.TrueAsync(
            async () => await blob.ExistsAsync() && (await blob.DownloadContentAsync()).Value.Content.ToString() == expected, $"'{expected}' in {name}", () => Host.Log);
    }
}
