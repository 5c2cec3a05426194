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
using nietras.SeparatedValues;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: reads the items of a distributed Map. <c>blobs:read</c> reads a blob, a JSON array, lines of JSON or CSV; <c>blobs:list</c> lists what a prefix holds.
/// Both know the names that S3 has for these: <c>Bucket</c> is a container, <c>Key</c> a blob.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class ReadItems(BlobServiceClient blobs)
{
    /// <summary>Items that a Map may have.</summary>
    public const int MaximumItems = 10_000;

    private const int MaximumBytes = 4 << 20;

    private static readonly Dictionary<string, char> Delimiters = new(StringComparer.Ordinal)
    {
        ["COMMA"] = ',', ["PIPE"] = '|', ["SEMICOLON"] = ';', ["SPACE"] = ' ', ["TAB"] = '\t',
    };

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
                : await ReadAsync(container.GetBlobClient(found.Prefix), request["ReaderConfig"] as JsonObject ?? [], most ?? int.MaxValue, cancellationToken);
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

    private static async Task<JsonArray> ReadAsync(BlobClient blob, JsonObject config, int most, CancellationToken cancellationToken)
    {
        var type = Text(config, "InputType") ?? "JSON";
        if (type is not ("JSON" or "JSONL" or "CSV"))
        {
            throw new InvalidDataException($"ReaderConfig/InputType must be JSON, JSONL or CSV, not '{type}'.");
        }

        Response<BlobDownloadStreamingResult> response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
        await using Stream content = response.Value.Content;
        if (await BoundedContent.ReadAsync(content, MaximumBytes, cancellationToken) is not { } bytes)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"It has more than {MaximumBytes} bytes."));
        }

        JsonArray items = type switch
        {
            "JSON" => JsonNode.Parse(bytes.Span) as JsonArray ?? throw new InvalidDataException("It is not a JSON array."),
            "CSV" => Rows(Encoding.UTF8.GetString(bytes.Span), config),
            _ => [.. Encoding.UTF8.GetString(bytes.Span).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))],
        };
        while (items.Count > most)
        {
            items.RemoveAt(items.Count - 1);
        }

        return items;
    }

    // An object of texts for each row, whose names are in the first row or in the definition.
    private static JsonArray Rows(string text, JsonObject config)
    {
        var delimiter = Text(config, "CSVDelimiter") ?? "COMMA";
        if (!Delimiters.TryGetValue(delimiter, out var separator))
        {
            throw new InvalidDataException($"ReaderConfig/CSVDelimiter must be one of {string.Join(", ", Delimiters.Keys)}, not '{delimiter}'.");
        }

        var names = Text(config, "CSVHeaderLocation") switch
        {
            "GIVEN" when config["CSVHeaders"] is JsonArray { Count: > 0 } given => [.. given.Select(name => name?.ToString() ?? "")],
            "GIVEN" => throw new InvalidDataException("ReaderConfig/CSVHeaders must name the columns."),
            "FIRST_ROW" => Array.Empty<string>(),
            var other => throw new InvalidDataException($"ReaderConfig/CSVHeaderLocation must be FIRST_ROW or GIVEN, not '{other}'."),
        };
        var items = new JsonArray();
        using var reader = Sep.New(separator).Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true }).FromText(text.TrimStart('\ufeff'));
        foreach (var row in reader)
        {
            if (names.Length == 0)
            {
                names = Cells(row);
                continue;
            }

            var item = new JsonObject();
            foreach (var (name, cell) in names.Zip(Cells(row)))
            {
                item[name] = cell;
            }

            items.Add((JsonNode)item);
        }

        return items;
    }

    private static string[] Cells(SepReader.Row row)
    {
        var cells = new string[row.ColCount];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = row[i].ToString();
        }

        return cells;
    }

    private static string? Text(JsonObject arguments, string name) => arguments[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static TaskAnswer Failed(string cause) => new(IsFailure: true, null, ErrorNames.ItemReaderFailed, cause);
}
