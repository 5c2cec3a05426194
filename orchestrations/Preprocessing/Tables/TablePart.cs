using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Tables;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>What one activity reads of a dataset: some files, or a piece of a large one.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="input">The part.</param>
/// <param name="plan">How rows become examples.</param>
/// <param name="pieces">What there is to read, in its order.</param>
internal sealed class TablePart(BlobServiceClient blobs, TablePartInput input, TablePlan plan, IReadOnlyList<TablePiece> pieces)
{
    private const int Ahead = 16;
    private const int FewPieces = 16;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);

    /// <summary>How rows become examples.</summary>
    public TablePlan Plan => plan;

    // A request for each of many small files costs more than reading them: that is paid once.
    private bool IsPacked => pieces.Count > FewPieces && pieces.All(piece => piece.IsWhole);

    private BlobClient Pack => container.GetBlobClient(DatasetBlobs.Pack(input.Dataset, input.RunId, input.Part));

    private BlobClient Failures => container.GetBlobClient(DatasetBlobs.Failed(input.Dataset, input.RunId, input.Part));

    /// <summary>The part as it was planned.</summary>
    public static async Task<TablePart> FindAsync(BlobServiceClient blobs, TablePartInput input, CancellationToken cancellationToken)
    {
        Task<TablePlan> plan = TablePlan.ReadAsync(blobs, input.Dataset, input.RunId, cancellationToken);
        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Part(input.Dataset, input.RunId, input.Part));
        TablePiece[] pieces = await blob.ReadJsonAsync<TablePiece[]>(cancellationToken) ?? throw new InvalidDataException($"{blob.Name} is not there any more.");
        return new TablePart(blobs, input, await plan, pieces);
    }

    /// <summary>
    /// Reads the part for the first time, piece by piece. What cannot be read is left out whole, as far as <see cref="TablePlan.MaxFailedItems"/>
    /// allows, and noted for the passes that follow. Many small files are kept together for those.
    /// </summary>
    /// <param name="begin">Begins the figures of a piece.</param>
    /// <param name="add">Adds some of its rows to them.</param>
    /// <param name="take">Takes the figures of a piece that was read to its end.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task ReadFirstAsync<T>(Func<T> begin, Action<T, TableBatch, string> add, Action<T> take, CancellationToken cancellationToken)
    {
        var failed = new SortedDictionary<int, FailedItem>();
        await foreach ((int number, Stream content) in IsPacked ? FetchAsync(cancellationToken) : OpenAsync([], cancellationToken))
        {
            T figures = begin();
            try
            {
                await foreach (TableBatch batch in TableReader.ReadAsync(pieces[number].Source(content), plan.Schema, cancellationToken))
                {
                    add(figures, batch, pieces[number].Place);
                }
            }
            catch (TableFormatException e) when (plan.MaxFailedItems > 0)
            {
                failed.Add(number, FailedItems.Of(pieces[number].Place, e.Message));
                FailedItems.CheckPart([.. failed.Values], plan.MaxFailedItems);
                continue;
            }

            take(figures);
        }

        if (failed.Count > 0)
        {
            await Failures.WriteJsonAsync(failed, cancellationToken);
        }
    }

    /// <summary>What <see cref="ReadFirstAsync"/> could not read, by the number of the piece.</summary>
    public static async Task<IReadOnlyDictionary<int, FailedItem>> FailedAsync(BlobServiceClient blobs, TablePartInput input, TablePlan plan, CancellationToken cancellationToken) =>
        plan.MaxFailedItems > 0
            && await new TablePart(blobs, input, plan, []).Failures.ReadJsonAsync<Dictionary<int, FailedItem>>(cancellationToken) is { } failed
            ? failed
            : new Dictionary<int, FailedItem>();

    /// <summary>The rows that can be read, batch by batch, each with the name of its blob; after <see cref="ReadFirstAsync"/>.</summary>
    public async IAsyncEnumerable<(TableBatch Batch, string Place)> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<int, FailedItem> failed = await FailedAsync(blobs, input, plan, cancellationToken);
        await foreach ((int number, Stream content) in IsPacked ? UnpackAsync(failed, cancellationToken) : OpenAsync(failed.Keys, cancellationToken))
        {
            await foreach (TableBatch batch in TableReader.ReadAsync(pieces[number].Source(content), plan.Schema, cancellationToken))
            {
                yield return (batch, pieces[number].Place);
            }
        }
    }

    private async IAsyncEnumerable<(int Number, Stream Content)> OpenAsync(
        IEnumerable<int> without, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (int number in Enumerable.Range(0, pieces.Count).Except(without))
        {
            await using Stream content = await pieces[number].OpenAsync(blobs, cancellationToken);
            yield return (number, content);
        }
    }

    private async IAsyncEnumerable<(int Number, Stream Content)> FetchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var pack = new MemoryStream(checked((int)pieces.Sum(piece => sizeof(int) + piece.Bytes)));
        var length = new byte[sizeof(int)];
        var fetched = new Queue<Task<BinaryData>>();
        try
        {
            for (int number = 0; number < pieces.Count; number++)
            {
                while (fetched.Count < Ahead && number + fetched.Count < pieces.Count)
                {
                    fetched.Enqueue(pieces[number + fetched.Count].FetchAsync(blobs, cancellationToken));
                }

                BinaryData content = await fetched.Dequeue();
                BinaryPrimitives.WriteInt32LittleEndian(length, content.ToMemory().Length);
                pack.Write(length);
                pack.Write(content.ToMemory().Span);
                yield return (number, content.ToStream());
            }
        }
        finally
        {
            await ((Task)Task.WhenAll(fetched)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        pack.Position = 0;
        await Pack.UploadAsync(pack, overwrite: true, cancellationToken);
    }

    private async IAsyncEnumerable<(int Number, Stream Content)> UnpackAsync(
        IReadOnlyDictionary<int, FailedItem> failed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobDownloadResult pack = await Pack.DownloadContentAsync(cancellationToken);
        ReadOnlyMemory<byte> left = pack.Content.ToMemory();
        for (int number = 0; number < pieces.Count; number++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(left.Span);
            if (!failed.ContainsKey(number))
            {
                yield return (number, BinaryData.FromBytes(left.Slice(sizeof(int), length)).ToStream());
            }

            left = left[(sizeof(int) + length)..];
        }
    }
}
