using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsHost.Tests.Queues;

[TestClass]
public sealed class QueueTriggerTests
{
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task Outputs_of_an_HTTP_function_go_to_queue_blob_and_response()
    {
        await using RunningHost host = await StartAsync();
        using HttpResponseMessage response = await host.Http.PostAsync("/api/submit/x", content: null);
        Assert.AreEqual(HttpStatusCode.Created, response.StatusCode);
        await SeesAsync("job x-1 1 x-1 1");
        await SeesAsync("job x-2 2 x-2 1");
        BlobClient note = new(Azurite.ConnectionString, "outputs", "x.txt");
        Assert.AreEqual("note of x", (await note.DownloadContentAsync()).Value.Content.ToString());
    }

    [TestMethod]
    public async Task A_message_is_bound_whole_and_the_returned_value_sent_on()
    {
        await SendAsync("incoming", "ping");
        await using RunningHost host = await StartAsync();
        await SeesAsync("re: ping");
    }

    [TestMethod]
    public async Task A_message_that_fails_five_times_goes_to_the_poison_queue()
    {
        await SendAsync("bad-messages", "oops");
        await using RunningHost host = await StartAsync();
        Assert.AreEqual("oops", await PoisonAsync());
        Assert.AreEqual(5, recorder.Count("bad oops"));
    }

    [TestMethod]
    public async Task A_message_that_is_not_Base64_goes_to_the_poison_queue_as_it_is()
    {
        QueueClient queue = new(Azurite.ConnectionString, "bad-messages");
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync("!not base64!");
        await using RunningHost host = await StartAsync();
        QueueClient poison = new(Azurite.ConnectionString, "bad-messages-poison");
        QueueMessage message = await Eventually.GetAsync(
            async () => await poison.ExistsAsync() ? (await poison.ReceiveMessageAsync()).Value : null,
            "The poison message"
        );
        Assert.AreEqual("!not base64!", message.Body.ToString());
        await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private static async Task<string> PoisonAsync()
    {
        QueueClient poison = new(
            Azurite.ConnectionString,
            "bad-messages-poison",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        QueueMessage message = await Eventually.GetAsync(
            async () => await poison.ExistsAsync() ? (await poison.ReceiveMessageAsync()).Value : null,
            "The poison message"
        );
        await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return message.Body.ToString();
    }

    private Task SeesAsync(string entry) => Eventually.TrueAsync(() => recorder.Count(entry) > 0, entry);

    private Task<RunningHost> StartAsync() =>
        RunningHost.StartAsync(
            [typeof(QueueFunctions)],
            [("AzureWebJobsStorage", Azurite.ConnectionString), ("MessagesQueue", "incoming")],
            builder => builder.Services.AddSingleton(recorder)
        );

    private static async Task SendAsync(string queue, string text)
    {
        QueueClient client = new(Azurite.ConnectionString, queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await client.CreateIfNotExistsAsync();
        await client.SendMessageAsync(text);
    }
}
