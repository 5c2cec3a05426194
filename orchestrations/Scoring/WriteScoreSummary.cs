using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Activity: writes <c>summary.json</c> beside the predictions, and removes those of packs of images that there are no more.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteScoreSummary(BlobServiceClient blobs)
{
    internal const string File = "/summary.json";

    /// <summary>Writes and returns the summary.</summary>
    /// <param name="input">The whole, with all progress.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(WriteScoreSummary))]
    public async Task<ScoreSummary> RunAsync([ActivityTrigger] ScoreInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScoreSummary summary = ScoreSummary.Of(input, input.Progress ?? new());
        BlobContainerClient container = blobs.GetBlobContainerClient(input.Output.Container);
        await container.GetBlobClient(input.Output.Prefix.TrimEnd('/') + File).WriteJsonAsync(summary, cancellationToken);
        await RemoveSurplusAsync(container, input, cancellationToken);
        return summary;
    }

    // An earlier scoring of a folder that had more images: whoever reads all predictions would meet some images twice.
    private static async Task RemoveSurplusAsync(BlobContainerClient container, ScoreInput input, CancellationToken cancellationToken)
    {
        string prefix = ListScoreShards.PackPrefix(input);
        int packs = input.Progress?.Packs ?? 0;
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            string number = new([.. blob.Name.Skip(prefix.Length).TakeWhile(char.IsAsciiDigit)]);
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int pack) && pack >= packs)
            {
                await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            }
        }
    }
}
