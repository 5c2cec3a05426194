using System.Text;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;

namespace FunctionsHost.Tests.Blobs;

public sealed record Reading(string Sensor, int Value);

public sealed class BlobFunctions(Recorder recorder)
{
    [Function("on-text")]
    public void OnText(
        [BlobTrigger("inbox/{dataset}/{name}.txt", Connection = "DataStorage")] string content,
        string dataset,
        string name,
        FunctionContext context
    ) => recorder.Add($"text {dataset} {name} {content} {context.BindingContext.BindingData["blobTrigger"]}");

    [Function("on-stream")]
    public async Task OnStream([BlobTrigger("inbox/{path}.bin", Connection = "DataStorage")] Stream content, string path, Uri uri)
    {
        using StreamReader reader = new(content);
        recorder.Add($"stream {path} {await reader.ReadToEndAsync()} {uri.Segments[^1]}");
    }

    [Function("on-client")]
    public async Task OnClient([BlobTrigger("inbox/{path}.client", Connection = "DataStorage")] BlobClient blob) =>
        recorder.Add($"client {blob.Name} {(await blob.DownloadContentAsync()).Value.Content}");

    [Function("on-bytes")]
    public void OnBytes([BlobTrigger("inbox/{path}.bytes", Connection = "DataStorage")] byte[] content, string path) =>
        recorder.Add($"bytes {path} {Encoding.UTF8.GetString(content)}");

    [Function("on-memory")]
    public void OnMemory([BlobTrigger("inbox/{path}.memory", Connection = "DataStorage")] ReadOnlyMemory<byte> content, string path) =>
        recorder.Add($"memory {path} {content.Length}");

    [Function("on-json")]
    [BlobOutput("out/{path}.json", Connection = "DataStorage")]
    public Reading OnJson(
        [BlobTrigger("inbox/{path}.json", Connection = "DataStorage")] Reading reading,
        [BlobInput("inbox/{path}.note", Connection = "DataStorage")] string note
    ) => reading with { Sensor = $"{reading.Sensor}/{note}" };
}

public static class BlobCollectionFunctions
{
    [Function("all-blobs")]
    public static async Task<string> AllAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "blobs/{folder}")] HttpRequest request,
        [BlobInput("collection/{folder}/")] IEnumerable<string> contents,
        [BlobInput("collection")] BlobClient[] blobs,
        [BlobInput("collection")] BlobContainerClient container
    ) => $"{string.Join(',', contents)} {blobs.Length} {await container.ExistsAsync()}";
}

public sealed class FailingBlobFunctions(Recorder recorder)
{
    [Function("always-fails")]
    public void AlwaysFails([BlobTrigger("bad/{name}", Connection = "DataStorage")] string content, string name)
    {
        recorder.Add($"attempt {name} {content}");
        throw new InvalidOperationException("no");
    }
}
