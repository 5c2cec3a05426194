using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Activity: writes <c>summary.json</c> beside the predictions.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteScoreSummary(BlobServiceClient blobs)
{
    /// <summary>Writes and returns the summary.</summary>
    /// <param name="input">The whole, with all progress.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(WriteScoreSummary))]
    public async Task<ScoreSummary> RunAsync([ActivityTrigger] ScoreInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScoreSummary summary = ScoreSummary.Of(input, input.Progress ?? new());
        BlobContainerClient container = blobs.GetBlobContainerClient(input.Output.Container);
        await container.GetBlobClient(input.Output.Prefix.TrimEnd('/') + "/summary.json").WriteJsonAsync(summary, cancellationToken);
        return summary;
    }
}
