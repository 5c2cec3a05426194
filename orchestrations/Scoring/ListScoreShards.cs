using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Activity: the next page of shards to score, in the order of their names.</summary>
/// <param name="blobs">The data account.</param>
public sealed class ListScoreShards(BlobServiceClient blobs)
{
    private const int Page = 200;

    /// <summary>Lists the shards after the last one done.</summary>
    /// <param name="input">The whole.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">There is no shard at all.</exception>
    [Function(nameof(ListScoreShards))]
    public async Task<IReadOnlyList<string>> RunAsync([ActivityTrigger] ScoreInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(input.Input.Container);
        var shards = new List<string>(Page);
        if (!await container.ExistsAsync(cancellationToken))
        {
            throw Nothing(input);
        }

        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, input.Input.Prefix, cancellationToken))
        {
            bool shard = blob.Name.EndsWith(".npy", StringComparison.Ordinal) && !blob.Name.EndsWith(ScoreShard.LabelsSuffix, StringComparison.Ordinal);
            if (shard && string.CompareOrdinal(blob.Name, input.Progress?.After) > 0)
            {
                shards.Add(blob.Name);
                if (shards.Count == Page)
                {
                    break;
                }
            }
        }

        return shards.Count > 0 || input.Progress is not null ? shards : throw Nothing(input);
    }

    private static PermanentFailureException Nothing(ScoreInput input) =>
        new($"There is no .npy shard under {input.Input.Container}/{input.Input.Prefix}.");
}
