using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DurableMl.Orchestrations.Preprocessing.Sources;

/// <summary>Copies of raw files beside a dataset's versions, under names that follow from what they are.</summary>
/// <param name="container">The container of datasets.</param>
/// <param name="dataset">The dataset's name.</param>
/// <param name="maxBytes">Bytes that a file may have.</param>
internal sealed class FetchedBlobs(BlobContainerClient container, string dataset, long maxBytes)
{
    private const int BlockBytes = 8 << 20;

    /// <summary>What stands in names for what a file is.</summary>
    public static string Key(string identity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32];

    /// <summary>Where a file lies.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="path">Its name below its source.</param>
    public BlockBlobClient Blob(string key, string path) => container.GetBlockBlobClient(DatasetBlobs.FetchedFile(dataset, key, path));

    /// <summary>The copy that is there already; null where there is none.</summary>
    public static async Task<RawBlob?> FindAsync(BlockBlobClient blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return RawBlobs.Of(blob.BlobContainerName, blob.Name, path, properties.ETag, properties.ContentLength, properties.ContentHash);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Lets no file pass that is too large.</summary>
    /// <exception cref="DatasetFormatException">It is.</exception>
    public void Check(string place, long bytes)
    {
        if (bytes > maxBytes)
        {
            throw new DatasetFormatException(place, $"at most {maxBytes} bytes, which is the setting {SourceOptions.Section}__MaxBytes", $"{bytes} or more");
        }
    }

    /// <summary>Writes a copy, unless another run does so first.</summary>
    /// <param name="blob">Where to.</param>
    /// <param name="path">Its name below its source.</param>
    /// <param name="place">Its name for messages.</param>
    /// <param name="sha256">What it has to hash to; null for anything.</param>
    /// <param name="readAsync">Reads on; 0 at the end.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">It is too large, or hashes to something else.</exception>
    public async Task<RawBlob> WriteAsync(
        BlockBlobClient blob, string path, string place, string? sha256, Func<Memory<byte>, CancellationToken, Task<int>> readAsync, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // What storage keeps of a blob's content, and what the dataset's fingerprint is made of; nothing depends on its strength.
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var blocks = new List<string>();
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            long bytes = 0;
            int filled;
            do
            {
                filled = 0;
                while (filled < BlockBytes && await readAsync(block.AsMemory(filled, BlockBytes - filled), cancellationToken) is > 0 and var read)
                {
                    filled += read;
                }

                bytes += filled;
                Check(place, bytes);
                sha.AppendData(block, 0, filled);
                md5.AppendData(block, 0, filled);
                // What one block holds goes up by itself below.
                if (filled > 0 && (blocks.Count > 0 || filled == BlockBytes))
                {
                    blocks.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(blocks.Count.ToString("D8", CultureInfo.InvariantCulture))));
                    using var content = new MemoryStream(block, 0, filled, writable: false);
                    await blob.StageBlockAsync(blocks[^1], content, cancellationToken: cancellationToken);
                }
            }
            while (filled == BlockBytes);

            string hash = Convert.ToHexStringLower(sha.GetCurrentHash());
            if (sha256 is not null && hash != sha256)
            {
                throw new DatasetFormatException(place, $"a file whose SHA-256 is {sha256}", $"one with {hash}");
            }

            byte[] contentHash = md5.GetCurrentHash();
            try
            {
                BlobContentInfo written = await CommitAsync(blob, blocks, block.AsMemory(0, filled), contentHash, cancellationToken);
                return RawBlobs.Of(blob.BlobContainerName, blob.Name, path, written.ETag, bytes, contentHash);
            }
            catch (RequestFailedException e) when (e.Status is 400 or 409 or 412)
            {
                // Another run that fetches the same has committed it meanwhile, and with that dropped what was staged here.
                return await FindAsync(blob, path, cancellationToken) ?? throw new IOException($"{blob.Name} could not be committed: {e.ErrorCode}", e);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async Task<BlobContentInfo> CommitAsync(BlockBlobClient blob, List<string> blocks, ReadOnlyMemory<byte> whole, byte[] contentHash, CancellationToken cancellationToken)
    {
        var headers = new BlobHttpHeaders { ContentHash = contentHash };
        var conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
        if (blocks.Count > 0)
        {
            return await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions { HttpHeaders = headers, Conditions = conditions }, cancellationToken);
        }

        await using Stream content = BinaryData.FromBytes(whole).ToStream();
        return await blob.UploadAsync(content, new BlobUploadOptions { HttpHeaders = headers, Conditions = conditions }, cancellationToken);
    }
}
