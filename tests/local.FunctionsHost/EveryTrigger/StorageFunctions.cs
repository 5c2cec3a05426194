using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace EveryTrigger;

/// <summary>A message of a type of the app's.</summary>
public record Order(string Id, int Count);

public static class StorageFunctions
{
    [Function("OnText")]
    [QueueOutput("copies")]
    public static async Task<string> OnText([QueueTrigger("texts")] string message, FunctionContext context)
    {
        await Record.WriteAsync("texts", $"{message} id={context.BindingContext.BindingData["Id"]?.ToString()?.Length > 0}");
        return message.ToUpperInvariant();
    }

    [Function("OnOrder")]
    [BlobOutput("out/{Id}.txt")]
    public static async Task<string> OnOrder([QueueTrigger("orders")] Order order)
    {
        await Record.WriteAsync("orders", $"{order.Id}={order.Count}");
        return $"{order.Count} of {order.Id}";
    }

    [Function("OnOutOrder")]
    public static Task OnOutOrder([QueueTrigger("out-orders")] Order order) => Record.WriteAsync("out-orders", $"{order.Id}={order.Count}");

    [Function("OnBytes")]
    public static Task OnBytes([QueueTrigger("bytes")] byte[] message) => Record.WriteAsync("bytes", Convert.ToHexString(message));

    [Function("OnMessage")]
    public static Task OnMessage([QueueTrigger("messages")] QueueMessage message) => Record.WriteAsync("messages", $"{message.MessageText} {message.DequeueCount}");

    [Function("OnPoison")]
    public static async Task OnPoison([QueueTrigger("bad")] string message, long dequeueCount)
    {
        await Record.WriteAsync("bad", $"{message} {dequeueCount}");
        throw new InvalidOperationException("cannot be handled");
    }

    [Function("OnBlob")]
    public static Task OnBlob([BlobTrigger("uploads/{name}")] string content, string name) => Record.WriteAsync("uploads", $"{name}={content}");

    [Function("OnBlobClient")]
    public static async Task OnBlobClient([BlobTrigger("clients/{name}.bin")] BlobClient client, string name)
    {
        var properties = await client.GetPropertiesAsync();
        await Record.WriteAsync("clients", $"{name} {properties.Value.ContentLength}");
    }

    [Function("OnBlobEvent")]
    public static Task OnBlobEvent([BlobTrigger("events/{name}", Source = BlobTriggerSource.EventGrid)] string content, string name) =>
        Record.WriteAsync("events", $"{name}={content}");

    [Function("Poisoned")]
    public static Task Poisoned([QueueTrigger("bad-poison")] string message) => Record.WriteAsync("poisoned", message);

    [Function("OnCopy")]
    public static Task OnCopy([QueueTrigger("copies")] string message) => Record.WriteAsync("copies", message);

    [Function("OnOut")]
    public static Task OnOut([QueueTrigger("out-messages")] string message) => Record.WriteAsync("out-messages", message);
}
