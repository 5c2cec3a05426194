using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Activity: sums up the training examples of one block; the map step of the statistics.</summary>
/// <param name="blobs">The data account.</param>
public sealed class MeasureBlock(BlobServiceClient blobs)
{
    /// <summary>Returns the sums, without the examples kept for validation.</summary>
    /// <param name="input">The block.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The raw file is cut short or has changed.</exception>
    [Function(nameof(MeasureBlock))]
    public async Task<PixelStatistics> RunAsync([ActivityTrigger] BlockInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        byte[] features = await IdxBlob.ReadExamplesAsync(blobs, input.Raw.Features, input.Block.Start, input.Block.Count, cancellationToken);
        bool[] validation = await ValidationMask.ReadAsync(blobs, input, cancellationToken);
        int width = features.Length / input.Block.Count;
        var statistics = default(PixelStatistics);
        for (int i = 0; i < validation.Length; i++)
        {
            if (!validation[i])
            {
                statistics += PixelStatistics.Of(features.AsSpan(i * width, width));
            }
        }

        return statistics;
    }
}
