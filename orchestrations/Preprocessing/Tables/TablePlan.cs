using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>How a folder of tables becomes a dataset: kept in the run's staging folder, since it may name thousands of blobs.</summary>
/// <param name="Columns">What the columns were taken for.</param>
/// <param name="Transform">How rows become examples.</param>
/// <param name="Split">How rows are divided.</param>
/// <param name="Parts">What one activity works on at a time.</param>
internal sealed record TablePlan(
    IReadOnlyList<ColumnFinding> Columns, TableTransform Transform, SplitRule Split, IReadOnlyList<IReadOnlyList<TablePiece>> Parts)
{
    /// <summary>Columns by whose values evaluation gives figures of their own.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>Files that may be unreadable.</summary>
    public int MaxFailedItems { get; init; }

    /// <summary>Those that were found unreadable while it was planned.</summary>
    public IReadOnlyList<FailedItem> Failed { get; init; } = [];

    /// <summary>What is read.</summary>
    [JsonIgnore]
    public TableSchema Schema => Transform.Schema(Split.Column, Split.By == SplitBy.Time ? ColumnType.DateTime : ColumnType.Categorical, Slices);

    // What is read for slices alone.
    private IReadOnlyCollection<string> Aside =>
        [.. Schema.Read.Select(column => column.Name).Except(Transform.Features.Select(feature => feature.Name).Concat(Transform.Targets).Append(Split.Column ?? ""))];

    public static async Task<TablePlan> ReadAsync(
        BlobServiceClient blobs, string dataset, string runId, CancellationToken cancellationToken) =>
        await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Plan(dataset, runId))
            .ReadJsonAsync<TablePlan>(cancellationToken)
        ?? throw new InvalidDataException($"The plan of dataset {dataset} is not there any more.");

    /// <summary>Gives each row its key.</summary>
    public RowSplitter Splitter() => new(Split) { Aside = Aside };

    /// <summary>The split of each row, once the bounds are known.</summary>
    public async Task<RowSplitter> SplitterAsync(BlobServiceClient blobs, TablePartInput input, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets)
            .GetBlobClient(DatasetBlobs.Bounds(input.Dataset, input.RunId));
        return new RowSplitter(
            Split, await blob.ReadJsonAsync<Dictionary<string, SplitBounds>>(cancellationToken)
                ?? throw new InvalidDataException($"{blob.Name} is not there any more."))
        {
            Aside = Aside,
        };
    }

    /// <summary>
    /// Reads a part for the first time, piece by piece. What cannot be read is left out whole, as far as <see cref="MaxFailedItems"/> allows, and
    /// noted for the passes that follow.
    /// </summary>
    /// <param name="blobs">The data account.</param>
    /// <param name="input">The part.</param>
    /// <param name="begin">Begins the figures of a piece.</param>
    /// <param name="add">Adds some of its rows to them.</param>
    /// <param name="take">Takes the figures of a piece that was read to its end.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task ReadFirstAsync<T>(
        BlobServiceClient blobs, TablePartInput input, Func<T> begin, Action<T, TableBatch, string> add, Action<T> take, CancellationToken cancellationToken)
    {
        var failed = new SortedDictionary<int, FailedItem>();
        foreach ((int number, TablePiece piece) in Parts[input.Part].Index())
        {
            T figures = begin();
            try
            {
                await foreach (TableBatch batch in ReadAsync(blobs, piece, cancellationToken))
                {
                    add(figures, batch, piece.Place);
                }
            }
            catch (TableFormatException e) when (MaxFailedItems > 0)
            {
                failed.Add(number, FailedItems.Of(piece.Place, e.Message));
                FailedItems.CheckPart([.. failed.Values], MaxFailedItems);
                continue;
            }

            take(figures);
        }

        if (failed.Count > 0)
        {
            await FailedBlob(blobs, input).WriteJsonAsync(failed, cancellationToken);
        }
    }

    /// <summary>What <see cref="ReadFirstAsync"/> could not read, by the number of the piece.</summary>
    public async Task<IReadOnlyDictionary<int, FailedItem>> FailedAsync(BlobServiceClient blobs, TablePartInput input, CancellationToken cancellationToken) =>
        MaxFailedItems > 0 && await FailedBlob(blobs, input).ReadJsonAsync<Dictionary<int, FailedItem>>(cancellationToken) is { } failed
            ? failed
            : new Dictionary<int, FailedItem>();

    /// <summary>The rows of one part that can be read, batch by batch, each with the name of its blob.</summary>
    public async IAsyncEnumerable<(TableBatch Batch, string Place)> RowsAsync(
        BlobServiceClient blobs, TablePartInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<int, FailedItem> failed = await FailedAsync(blobs, input, cancellationToken);
        foreach ((int number, TablePiece piece) in Parts[input.Part].Index())
        {
            if (failed.ContainsKey(number))
            {
                continue;
            }

            await foreach (TableBatch batch in ReadAsync(blobs, piece, cancellationToken))
            {
                yield return (batch, piece.Place);
            }
        }
    }

    private static BlobClient FailedBlob(BlobServiceClient blobs, TablePartInput input) =>
        blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Failed(input.Dataset, input.RunId, input.Part));

    private async IAsyncEnumerable<TableBatch> ReadAsync(BlobServiceClient blobs, TablePiece piece, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TableSchema schema = Schema;
        await using Stream stream = await piece.OpenAsync(blobs, cancellationToken);
        await foreach (TableBatch batch in TableReader.ReadAsync(piece.Source(stream), schema, cancellationToken))
        {
            yield return batch;
        }
    }
}

/// <summary>A table's blob, or some row groups of one that is Parquet.</summary>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">The bytes to read, or about.</param>
internal sealed record TablePiece(string Container, string Blob, string ETag, long Bytes)
{
    /// <summary>The one row group to read; null: the whole blob.</summary>
    public int? RowGroup { get; init; }

    public string Place => RowGroup is { } group ? string.Create(CultureInfo.InvariantCulture, $"{Container}/{Blob}, row group {group}") : $"{Container}/{Blob}";

    public TableSource Source(Stream stream) =>
        new(Place, TableFileType.Of(Blob)!.Value, stream) { RowGroups = RowGroup is { } group ? group..(group + 1) : null };

    /// <exception cref="DatasetFormatException">The blob has changed.</exception>
    public async Task<Stream> OpenAsync(BlobServiceClient blobs, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(Container).GetBlobClient(Blob);
        var conditions = new BlobRequestConditions { IfMatch = new ETag(ETag) };
        try
        {
            if (TableFileType.Of(Blob)!.Value.Format == TableFormat.Parquet)
            {
                return await blob.OpenReadAsync(
                    new BlobOpenReadOptions(allowModifications: false) { Conditions = conditions }, cancellationToken);
            }

            BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(
                new BlobDownloadOptions { Conditions = conditions }, cancellationToken);
            return download.Content;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(
                Place, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
        }
    }
}
