using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Images;

/// <summary>What <see cref="DecodeImages"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Part">The part's number, from 0.</param>
/// <param name="Images">What the images become.</param>
/// <param name="MaxFailedItems">Images that may be unreadable.</param>
public sealed record ImagePartInput(string RunId, string Dataset, int Part, ImagesDefinition Images, int MaxFailedItems);

/// <summary>What became of a part: the classes of its images, in the order of their pixels, and what could not be read.</summary>
internal sealed record DecodedPart(byte[] Train, byte[] Test, IReadOnlyList<FailedItem> Failed);

/// <summary>Activity: decodes a part of a dataset's images, and stages their pixels as a block of the IDX file of their split.</summary>
/// <param name="blobs">The data account.</param>
public sealed class DecodeImages(BlobServiceClient blobs)
{
    /// <summary>Returns how many images there are; the same input always stages the same bytes.</summary>
    /// <param name="input">The part.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">An image has changed since the run began, or more than the limit cannot be read.</exception>
    [Function(nameof(DecodeImages))]
    public async Task<int> RunAsync([ActivityTrigger] ImagePartInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        ImageItem[] items = await container.GetBlobClient(DatasetBlobs.ImagePart(input.Dataset, input.RunId, input.Part)).ReadJsonAsync<ImageItem[]>(cancellationToken)
            ?? throw new InvalidOperationException($"The plan of part {input.Part} is gone.");
        using var train = new MemoryStream();
        using var test = new MemoryStream();
        var classes = (Train: new List<byte>(), Test: new List<byte>());
        var failed = new List<FailedItem>();
        foreach (ImageItem item in items)
        {
            string place = $"{item.Container}/{item.Blob}";
            try
            {
                byte[] pixels = input.Images.Form.Read(await ReadAsync(item, place, cancellationToken), place);
                (item.Test ? test : train).Write(pixels);
                (item.Test ? classes.Test : classes.Train).Add(item.Class);
            }
            catch (ImageFormatException e)
            {
                failed.Add(new FailedItem(place, e.Reason));
                FailedItems.CheckPart(failed, input.MaxFailedItems);
            }
        }

        await StageAsync(container, input, false, train, cancellationToken);
        await StageAsync(container, input, true, test, cancellationToken);
        await container.GetBlobClient(DatasetBlobs.DecodedPart(input.Dataset, input.RunId, input.Part))
            .WriteJsonAsync(new DecodedPart([.. classes.Train], [.. classes.Test], failed), cancellationToken);
        return items.Length - failed.Count;
    }

    /// <summary>A block's id; all ids of a blob have to be of one length.</summary>
    internal static string BlockId(int part) => Convert.ToBase64String(Encoding.ASCII.GetBytes(part.ToString("D8", CultureInfo.InvariantCulture)));

    private async Task<byte[]> ReadAsync(ImageItem item, string place, CancellationToken cancellationToken)
    {
        if (item.Bytes > ImageForm.MaxFileBytes)
        {
            throw new ImageFormatException(place, $"has {item.Bytes} bytes; an image has at most {ImageForm.MaxFileBytes}");
        }

        try
        {
            BlobDownloadResult content = await blobs.GetBlobContainerClient(item.Container).GetBlobClient(item.Blob).DownloadContentAsync(
                new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag(item.ETag) } }, cancellationToken);
            return content.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(place, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
        }
    }

    private static async Task StageAsync(BlobContainerClient container, ImagePartInput input, bool test, MemoryStream pixels, CancellationToken cancellationToken)
    {
        if (pixels.Length > 0)
        {
            pixels.Position = 0;
            await container.GetBlockBlobClient(DatasetBlobs.DecodedImages(input.Dataset, input.RunId, test))
                .StageBlockAsync(BlockId(input.Part), pixels, cancellationToken: cancellationToken);
        }
    }
}
