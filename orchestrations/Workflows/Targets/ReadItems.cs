using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Scoring;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: reads the items of a distributed Map. <c>blobs:read</c> reads a blob, a JSON array or lines of JSON; <c>blobs:list</c> lists what a prefix holds.
/// Both know the names that S3 has for these: <c>Bucket</c> is a container, <c>Key</c> a blob.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class ReadItems(BlobServiceClient blobs)
{
    /// <summary>Items that a Map may have.</summary>
    public const int MaximumItems = 10_000;

    private const int MaximumBytes = 4 << 20;

    /// <summary>Returns the items as an output.</summary>
    /// <param name="request"><c>Arguments</c> and <c>ReaderConfig</c>, as the definition has them, and the <c>Resource</c>.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(ReadItems))]
    public async Task<TaskAnswer> RunAsync([ActivityTrigger] JsonNode request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var arguments = request["Arguments"] as JsonObject ?? [];
        var isListing = (string?)request["Resource"] == "blobs:list";
        var place = $"{Text(arguments, "Bucket")}/{Text(arguments, isListing ? "Prefix" : "Key")}";
        if (BlobPrefix.Parse(place, DataContainers.Raw, DataContainers.Datasets, DataContainers.Runs) is not { } found)
        {
            return Failed($"'{place}' is not a place in the containers raw, datasets or runs: {BlobPrefix.Names}.");
        }

        var most = request["ReaderConfig"]?["MaxItems"] is JsonValue value && value.TryGetValue(out int given) && given > 0 ? given : (int?)null;
        try
        {
            var container = blobs.GetBlobContainerClient(found.Container);
            var items = isListing
                ? await ListAsync(container, found.Prefix, most ?? MaximumItems + 1, cancellationToken)
                : await ReadAsync(container.GetBlobClient(found.Prefix), (string?)request["ReaderConfig"]?["InputType"] ?? "JSON", most ?? int.MaxValue, cancellationToken);
            return items.Count <= MaximumItems
                ? new TaskAnswer(IsFailure: false, items)
                : Failed($"{place} has more than {MaximumItems} items; ReaderConfig/MaxItems takes the first of them.");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return Failed($"There is no {place}.");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return Failed($"{place}: {e.Message}");
        }
    }

    private static async Task<JsonArray> ListAsync(BlobContainerClient container, string prefix, int most, CancellationToken cancellationToken)
    {
        var items = new JsonArray();
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (items.Count == most)
            {
                break;
            }

            items.Add((JsonNode)new JsonObject
            {
                ["Etag"] = blob.Properties.ETag?.ToString("H"),
                ["Key"] = blob.Name,
                ["LastModified"] = blob.Properties.LastModified?.ToUnixTimeSeconds(),
                ["Size"] = blob.Properties.ContentLength,
            });
        }

        return items;
    }

    private static async Task<JsonArray> ReadAsync(BlobClient blob, string type, int most, CancellationToken cancellationToken)
    {
        if (type is not ("JSON" or "JSONL"))
        {
            throw new InvalidDataException($"ReaderConfig/InputType must be JSON or JSONL, not '{type}'.");
        }

        Response<BlobDownloadStreamingResult> response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
        await using Stream content = response.Value.Content;
        if (await BoundedContent.ReadAsync(content, MaximumBytes, cancellationToken) is not { } bytes)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"It has more than {MaximumBytes} bytes."));
        }

        var items = type == "JSON"
            ? JsonNode.Parse(bytes.Span) as JsonArray ?? throw new InvalidDataException("It is not a JSON array.")
            : [.. Encoding.UTF8.GetString(bytes.Span).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))];
        while (items.Count > most)
        {
            items.RemoveAt(items.Count - 1);
        }

        return items;
    }

    private static string? Text(JsonObject arguments, string name) => arguments[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static TaskAnswer Failed(string cause) => new(IsFailure: true, null, ErrorNames.ItemReaderFailed, cause);
}
