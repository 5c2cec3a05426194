using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Images;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>An image file, as it was when it was found.</summary>
/// <param name="Blob">Its name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record ScoreImage(string Blob, string ETag, long Bytes);

/// <summary>Activity: scores a pack of image files and writes a line for each. A pack whose predictions by the same version are there already is left alone.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="scorer">The models.</param>
public sealed class ScoreImages(BlobServiceClient blobs, BatchScorer scorer)
{
    /// <summary>Scores the images.</summary>
    /// <param name="input">The list of them.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The model cannot be used, or more cannot be scored than may be left out.</exception>
    [Function(nameof(ScoreImages))]
    public async Task<ShardScore> RunAsync([ActivityTrigger] ScoreShardInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScoreInput score = input.Score;
        ScoreImage[] images = await blobs.GetBlobContainerClient(score.Output.Container).GetBlobClient(input.Shard).ReadJsonAsync<ScoreImage[]>(cancellationToken)
            ?? throw new PermanentFailureException($"{score.Output.Container}/{input.Shard}, the list of images, is not there any more. Score again.");
        string identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', images.Select(image => $"{image.Blob}\n{image.ETag}")))));
        var predictions = new UnitPredictions(blobs, score, input.Shard, input.Shard[..^UnitPredictions.Files.Length], identity);
        return await predictions.FindAsync(cancellationToken) ?? await predictions.WriteAsync(
            scorer.ScoreImagesAsync(score.Model, score.Version, ReadAsync(score, images, cancellationToken), score.Options, cancellationToken),
            (await score.SignatureAsync(scorer, cancellationToken))!, input.Shard, number => Place(score, images[number - 1]), cancellationToken);
    }

    private static string Place(ScoreInput score, ScoreImage image) => $"{score.Input.Container}/{image.Blob}";

    private async IAsyncEnumerable<ImageSource> ReadAsync(ScoreInput score, ScoreImage[] images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobContainerClient container = blobs.GetBlobContainerClient(score.Input.Container);
        foreach (ScoreImage image in images)
        {
            var options = new BlobDownloadOptions
            {
                Conditions = new BlobRequestConditions { IfMatch = new ETag(image.ETag) },
                // One that is too large is refused by its length, and need not be here whole for that.
                Range = image.Bytes > ImageForm.MaxFileBytes ? new HttpRange(0, ImageForm.MaxFileBytes + 1) : default,
            };
            BinaryData content;
            try
            {
                content = (await container.GetBlobClient(image.Blob).DownloadContentAsync(options, cancellationToken)).Value.Content;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                throw new PermanentFailureException($"{Place(score, image)} has changed since it was found, or is not there any more. Score again.", e);
            }

            yield return new ImageSource(Place(score, image), content.ToMemory());
        }
    }
}
