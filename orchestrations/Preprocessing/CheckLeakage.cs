using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Rows whose numbers are those of a row of another split: a model is asked what it has seen.</summary>
/// <param name="ValidationInTrain">Rows of the validation split that equal one of the training split.</param>
/// <param name="TestInTrain">Rows of the test split that equal one of the training split.</param>
/// <param name="TestInValidation">Rows of the test split that equal one of the validation split.</param>
public sealed record DatasetLeakage(long ValidationInTrain, long TestInTrain, long TestInValidation);

/// <summary>What <see cref="CheckLeakage"/> works on.</summary>
/// <param name="Dataset">The run and the dataset.</param>
/// <param name="ValidationRows">Rows of the validation split.</param>
/// <param name="TestRows">Rows of the test split.</param>
public sealed record CheckLeakageInput(PlanDatasetInput Dataset, long ValidationRows, long TestRows);

/// <summary>The hashes of a part's rows by split, as they are written beside its shards.</summary>
internal sealed class RowHashes
{
    private readonly List<ulong>[] bySplit = [.. DatasetSplits.All.Select(_ => new List<ulong>())];

    /// <summary>Adds a row.</summary>
    public void Add(int split, ReadOnlySpan<float> numbers) => bySplit[split].Add(XxHash64.HashToUInt64(MemoryMarshal.AsBytes(numbers)));

    /// <summary>The hashes of one split that <see cref="WriteAsync"/> left.</summary>
    public static ReadOnlySpan<ulong> Read(ReadOnlySpan<byte> content, int split)
    {
        for (; split > 0; split--)
        {
            content = content[(sizeof(long) + ((int)BinaryPrimitives.ReadInt64LittleEndian(content) * sizeof(ulong)))..];
        }

        int count = (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        return MemoryMarshal.Cast<byte, ulong>(content.Slice(sizeof(long), count * sizeof(ulong)));
    }

    /// <summary>Leaves them in the run's staging folder.</summary>
    public Task WriteAsync(BlobServiceClient blobs, string dataset, string runId, string part, CancellationToken cancellationToken)
    {
        var content = new byte[bySplit.Sum(split => sizeof(long) + (split.Count * sizeof(ulong)))];
        int at = 0;
        foreach (List<ulong> split in bySplit)
        {
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(at), split.Count);
            MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(split)).CopyTo(content.AsSpan(at + sizeof(long)));
            at += sizeof(long) + (split.Count * sizeof(ulong));
        }

        return blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Hashes(dataset, runId) + part)
            .UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
    }
}

/// <summary>Activity: counts the rows that are in two splits, by the hashes of their numbers.</summary>
/// <param name="blobs">The data account.</param>
public sealed class CheckLeakage(BlobServiceClient blobs)
{
    /// <summary>Hashes that are in memory at a time; for more the hashes are read several times, a part of their range each.</summary>
    internal int MostHashes { get; init; } = 4_000_000;

    /// <summary>Counts them.</summary>
    /// <param name="input">The dataset and the sizes of its splits.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">There are more than the pipeline allows.</exception>
    [Function(nameof(CheckLeakage))]
    public async Task<DatasetLeakage> RunAsync([ActivityTrigger] CheckLeakageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var names = new List<string>();
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        string prefix = DatasetBlobs.Hashes(input.Dataset.Dataset.Name, input.Dataset.RunId);
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            names.Add(blob.Name);
        }

        ulong passes = (ulong)((input.ValidationRows + input.TestRows) / MostHashes) + 1;
        var leakage = new DatasetLeakage(0, 0, 0);
        for (ulong pass = 0; pass < passes; pass++)
        {
            var validation = new Dictionary<ulong, int>();
            var test = new Dictionary<ulong, int>();
            await foreach (ReadOnlyMemory<byte> part in ReadAsync(container, names, cancellationToken))
            {
                Count(RowHashes.Read(part.Span, 1), passes, pass, validation);
                Count(RowHashes.Read(part.Span, 2), passes, pass, test);
            }

            leakage = leakage with { TestInValidation = leakage.TestInValidation + test.Where(row => validation.ContainsKey(row.Key)).Sum(row => (long)row.Value) };
            await foreach (ReadOnlyMemory<byte> part in ReadAsync(container, names, cancellationToken))
            {
                (long validated, long tested) = (0, 0);
                foreach (ulong hash in RowHashes.Read(part.Span, 0))
                {
                    // What is removed is counted once, however often it is trained on.
                    validated += validation.Remove(hash, out int inValidation) ? inValidation : 0;
                    tested += test.Remove(hash, out int inTest) ? inTest : 0;
                }

                leakage = leakage with { ValidationInTrain = leakage.ValidationInTrain + validated, TestInTrain = leakage.TestInTrain + tested };
            }
        }

        if (input.Dataset.Dataset.MaxLeakedFraction is { } most)
        {
            Check(input.Dataset.Dataset.Place, most, leakage.ValidationInTrain, input.ValidationRows, DatasetSplits.Validation);
            Check(input.Dataset.Dataset.Place, most, leakage.TestInTrain, input.TestRows, DatasetSplits.Test);
        }

        return leakage;
    }

    private static void Check(string place, double most, long leaked, long rows, string split)
    {
        if (leaked > most * rows)
        {
            throw new DatasetFormatException(
                place,
                FormattableString.Invariant($"at most {most:0.####} of the {split} rows to equal a training row (dataset.maxLeakedFraction)"),
                FormattableString.Invariant($"{leaked} of {rows}; remove what is there twice, or split by a group that holds such rows together"));
        }
    }

    private static void Count(ReadOnlySpan<ulong> hashes, ulong passes, ulong pass, Dictionary<ulong, int> counts)
    {
        foreach (ulong hash in hashes)
        {
            if (hash % passes == pass)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, hash, out _)++;
            }
        }
    }

    // A part has some ten thousand rows, a few million at most.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        BlobContainerClient container, List<string> names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string name in names)
        {
            BlobDownloadResult blob = await container.GetBlobClient(name).DownloadContentAsync(cancellationToken);
            yield return blob.Content.ToMemory();
        }
    }
}
