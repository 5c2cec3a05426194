using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Scoring;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: <c>blobs:write</c>, which writes JSON into a blob of the container <c>runs</c>: <c>Bucket</c> is the container, <c>Key</c> the blob, <c>Body</c> what to write.
/// A distributed Map writes its results so.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteResults(BlobServiceClient blobs)
{
    /// <summary>Writes it, over what is there. Returns where.</summary>
    /// <exception cref="PermanentFailureException">It is no place to write to.</exception>
    [Function(nameof(WriteResults))]
    public async Task<JsonNode> RunAsync([ActivityTrigger] JsonNode input, CancellationToken cancellationToken)
    {
        var arguments = input as JsonObject ?? [];
        var place = $"{arguments["Bucket"]}/{arguments["Key"]}";
        if (BlobPrefix.Parse(place, DataContainers.Runs) is not { } found)
        {
            throw new PermanentFailureException($"'{place}' is not a place in the container runs: {BlobPrefix.Names}.");
        }

        await blobs.GetBlobContainerClient(found.Container).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await blobs.GetBlobContainerClient(found.Container).GetBlobClient(found.Prefix).WriteJsonAsync(arguments["Body"], cancellationToken);
        return new JsonObject { ["Bucket"] = found.Container, ["Key"] = found.Prefix };
    }
}
