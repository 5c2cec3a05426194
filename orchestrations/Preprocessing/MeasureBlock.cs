using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Activity: sums up the training examples of one block; the map step of the statistics.</summary>
/// <param name="blobs">The data account.</param>
public sealed class MeasureBlock(BlobServiceClient blobs)
{
    /// <summary>Returns the sums, without the examples kept for validation.</summary>
    /// <param name="input">The block.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The raw file is cut short, has changed, or holds what is no finite number.</exception>
    [Function(nameof(MeasureBlock))]
    public async Task<BlockStatistics> RunAsync([ActivityTrigger] BlockInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlockExamples examples = await BlockExamples.ReadAsync(blobs, input, cancellationToken);
        bool[] validation = await ValidationMask.ReadAsync(blobs, input, cancellationToken);
        var pixels = default(PixelStatistics);
        var values = default(ValueStatistics);
        for (int i = 0; i < validation.Length; i++)
        {
            if (validation[i])
            {
                continue;
            }

            if (examples.AreBytes)
            {
                pixels += PixelStatistics.Of(examples.Bytes(i));
            }
            else
            {
                values += ValueStatistics.Of(examples.Numbers(i));
            }
        }

        return new BlockStatistics(pixels.Count > 0 ? pixels : null, values.Count > 0 ? values : null);
    }
}

/// <summary>What <see cref="MeasureBlock"/> found: of bytes exact sums, of numbers of other types running figures.</summary>
/// <param name="Pixels">The bytes' sums; null where there are no bytes to train on.</param>
/// <param name="Values">The numbers' figures; null where there are no other numbers.</param>
public sealed record BlockStatistics(PixelStatistics? Pixels, ValueStatistics? Values)
{
    /// <summary>The normalisation that the figures of all blocks give.</summary>
    public static Normalisation Fit(IEnumerable<BlockStatistics> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var pixels = default(PixelStatistics);
        var values = default(ValueStatistics);
        foreach (BlockStatistics block in blocks)
        {
            pixels += block.Pixels ?? default;
            values += block.Values ?? default;
        }

        return values.Count == 0
            ? new Normalisation(pixels.Mean, pixels.StandardDeviation)
            : new Normalisation(values.Mean, values.StandardDeviation, Scale: 1);
    }
}
