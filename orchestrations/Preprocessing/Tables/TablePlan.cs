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

    /// <summary>The rows of one part, batch by batch, each with the name of its blob.</summary>
    public async IAsyncEnumerable<(TableBatch Batch, string Place)> RowsAsync(
        BlobServiceClient blobs, int part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TableSchema schema = Schema;
        foreach (TablePiece piece in Parts[part])
        {
            await using Stream stream = await piece.OpenAsync(blobs, cancellationToken);
            await foreach (TableBatch batch in TableReader.ReadAsync(piece.Source(stream), schema, cancellationToken))
            {
                yield return (batch, piece.Place);
            }
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

    public string Place => $"{Container}/{Blob}";

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
