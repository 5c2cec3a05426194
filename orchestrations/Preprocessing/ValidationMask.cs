using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Reads which examples of a block are kept for validation.</summary>
internal static class ValidationMask
{
    public static async Task<bool[]> ReadAsync(BlobServiceClient blobs, BlockInput input, CancellationToken cancellationToken)
    {
        if (input.Block.Test)
        {
            return new bool[input.Block.Count];
        }

        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Mask(input.Dataset, input.RunId));
        BlobDownloadResult mask = await blob.DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange(input.Block.Before + input.Block.Start, input.Block.Count) }, cancellationToken);
        return Array.ConvertAll(mask.Content.ToArray(), value => value == 1);
    }
}
