using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Registry;

namespace Inference.Tests.Registry;

[TestClass]
public sealed class RangedDownloadTests : IDisposable
{
    private const int Range = 8 << 20;

    private readonly TemporaryFolder folder = new();

    private string Target => folder["file"];

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(Range - 1)]
    [DataRow(Range)]
    [DataRow((9 * Range) + 12_345)]
    public async Task A_blob_of_any_length_arrives_whole_with_its_hash(int length)
    {
        (BlobClient blob, byte[] content, ETag etag) = await UploadAsync(length);

        string hash = await RangedDownload.ToFileAsync(blob, etag, length, Target, CancellationToken.None);

        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(content)), hash);
        byte[] arrived = await File.ReadAllBytesAsync(Target);
        Assert.IsTrue(content.AsSpan().SequenceEqual(arrived));
    }

    [TestMethod]
    public async Task A_blob_that_was_replaced_since_it_was_looked_at_is_refused()
    {
        (BlobClient blob, byte[] content, ETag etag) = await UploadAsync(3 * Range);
        content[^1]++;
        await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true);

        RequestFailedException refused = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => RangedDownload.ToFileAsync(blob, etag, content.Length, Target, CancellationToken.None));

        Assert.AreEqual(412, refused.Status);
        // No range writes to it any more.
        File.Delete(Target);
    }

    [TestMethod]
    public async Task A_blob_shorter_than_its_manifest_says_is_not_taken_for_whole()
    {
        (BlobClient blob, byte[] content, ETag etag) = await UploadAsync(Range + 10);

        await Assert.ThrowsAsync<EndOfStreamException>(() => RangedDownload.ToFileAsync(blob, etag, content.Length + 10, Target, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_download_that_is_cancelled_leaves_no_range_behind()
    {
        (BlobClient blob, byte[] content, ETag etag) = await UploadAsync(3 * Range);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAsync<OperationCanceledException>(() => RangedDownload.ToFileAsync(blob, etag, content.Length, Target, cancelled));

        File.Delete(Target);
    }

    private static async Task<(BlobClient Blob, byte[] Content, ETag ETag)> UploadAsync(int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        BlobContainerClient container = Storage.NewContainer();
        await container.CreateAsync();
        BlobClient blob = container.GetBlobClient(Guid.NewGuid().ToString("N"));
        Response<BlobContentInfo> uploaded = await blob.UploadAsync(BinaryData.FromBytes(content));
        return (blob, content, uploaded.Value.ETag);
    }
}
