using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;

namespace FunctionsHost.Tests.Storage;

[TestClass]
public sealed class BlobTests
{
    private static HostProcess Host => SharedHost.Instance;

    [TestMethod]
    public async Task A_new_blob_starts_the_function()
    {
        await UploadAsync("uploads", "a.txt", "content");
        await Host.RecordedAsync("uploads", "a.txt=content");
    }

    // By itself: hosts of other tests watch the same container and fill the same storage, and this asks for what the scan does.
    [TestMethod]
    [DoNotParallelize]
    public async Task No_blob_is_missed_however_many_arrive_while_the_container_is_listed()
    {
        // Long enough for three scans, which are ten seconds apart.
        string[] names = [.. Enumerable.Range(0, 120).Select(i => $"many-{i}.txt")];
        foreach (var name in names)
        {
            await UploadAsync("uploads", name, "one of many");
            await Task.Delay(TimeSpan.FromMilliseconds(250));
        }

        foreach (var name in names)
        {
            await Host.RecordedAsync("uploads", $"{name}=one of many");
        }
    }

    [TestMethod]
    public async Task A_function_can_take_a_client_of_the_blob()
    {
        await UploadAsync("clients", "a.bin", "12345");
        await Host.RecordedAsync("clients", "a 5");
    }

    [TestMethod]
    public async Task The_webhook_answers_the_handshake_of_Event_Grid()
    {
        using var response = await SendEventAsync("SubscriptionValidation", """
            [{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","subject":"","eventTime":"2026-01-01T00:00:00Z",
              "data":{"validationCode":"the-code"},"dataVersion":"1"}]
            """);
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        Assert.AreEqual("the-code", (string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["validationResponse"]);
    }

    [TestMethod]
    public async Task An_event_of_a_blob_starts_the_function()
    {
        var (address, tag) = await UploadAsync("events", "b.txt", "by event");
        using var response = await SendEventAsync("Notification", $$"""
            [{"id":"2","eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/events/blobs/b.txt","eventTime":"2026-01-01T00:00:00Z",
              "data":{"api":"PutBlob","contentType":"text/plain","contentLength":8,"blobType":"BlockBlob","eTag":"{{tag}}","url":"{{address}}"},"dataVersion":"1"}]
            """);
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        await Host.RecordedAsync("events", "b.txt=by event");
    }

    [TestMethod]
    public async Task Blobs_are_inputs_as_text_bytes_stream_and_container()
    {
        await UploadAsync("inputs", "c.txt", "abc");
        await UploadAsync("many", "1.txt", "one");
        await UploadAsync("many", "2.txt", "two");
        Assert.AreEqual("abc", await GetAsync("api/blobs/c.txt"));
        Assert.AreEqual("616263", await GetAsync("api/bytes/c.txt"));
        Assert.AreEqual("abc", await GetAsync("api/streams/c.txt"));
        Assert.AreEqual("""["one","two"]""", await GetAsync("api/all"));
        Assert.AreEqual("""["1.txt","2.txt"]""", await GetAsync("api/container"));
    }

    private static Task<string> GetAsync(string address) => Host.Client.GetStringAsync(new Uri(address, UriKind.Relative));

    private static async Task<(Uri Address, string Tag)> UploadAsync(string container, string name, string content)
    {
        var client = new BlobContainerClient(SharedHost.StorageConnection, container);
        await client.CreateIfNotExistsAsync();
        var blob = client.GetBlobClient(name);
        var uploaded = await blob.UploadAsync(BinaryData.FromString(content), overwrite: true);
        return (blob.Uri, uploaded.Value.ETag.ToString().Trim('"'));
    }

    private static Task<HttpResponseMessage> SendEventAsync(string type, string body)
    {
        var key = (string)Host.Keys["systemKeys"]!["blobs_extension"]!;
        var request = new HttpRequestMessage(HttpMethod.Post, $"runtime/webhooks/blobs?functionName=Host.Functions.OnBlobEvent&code={key}")
        {
            Headers = { { "aeg-event-type", type } },
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return Host.Client.SendAsync(request);
    }
}
