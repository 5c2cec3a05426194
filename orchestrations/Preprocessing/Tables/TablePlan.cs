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

/// <summary>How a folder of tables becomes a dataset: kept in the run's staging folder, and beside it what each part reads.</summary>
/// <param name="Columns">What the columns were taken for.</param>
/// <param name="Transform">How rows become examples.</param>
/// <param name="Split">How rows are divided.</param>
internal sealed record TablePlan(IReadOnlyList<ColumnFinding> Columns, TableTransform Transform, SplitRule Split)
{
    /// <summary>Columns by whose values evaluation gives figures of their own.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>Files that may be unreadable.</summary>
    public int MaxFailedItems { get; init; }

    /// <summary>Those that were found unreadable while it was planned.</summary>
    public IReadOnlyList<FailedItem> Failed { get; init; } = [];

    /// <summary>What is read.</summary>
    [JsonIgnore]
    public TableSchema Schema => Transform.Schema(Split.Column, SplitColumnType, Slices);

    // A year or a count of seconds orders rows as well as a time.
    private ColumnType SplitColumnType => Split.By != SplitBy.Time ? ColumnType.Categorical
        : Columns.Any(column => column.Name == Split.Column && column.Type == ColumnType.Numeric) ? ColumnType.Numeric
        : ColumnType.DateTime;

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
        if (!Split.NeedsKeys)
        {
            return new RowSplitter(Split, RowSplitter.FixedBounds(Split)) { Aside = Aside };
        }

        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets)
            .GetBlobClient(DatasetBlobs.Bounds(input.Dataset, input.RunId));
        return new RowSplitter(
            Split, await blob.ReadJsonAsync<Dictionary<string, SplitBounds>>(cancellationToken)
                ?? throw new InvalidDataException($"{blob.Name} is not there any more."))
        {
            Aside = Aside,
        };
    }
}

/// <summary>A table's blob, or a piece of a large one: a row group of Parquet, or rows of separated text.</summary>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Length">Its length.</param>
internal sealed record TablePiece(string Container, string Blob, string ETag, long Length)
{
    private const int FooterBytes = 64 << 10;
    private const int MostAtOnce = 32 << 20;

    /// <summary>Where the piece begins.</summary>
    public long Start { get; init; }

    /// <summary>The piece's length.</summary>
    public long Bytes { get; init; } = Length;

    /// <summary>The row group to read; null: all that there are.</summary>
    public int? RowGroup { get; init; }

    /// <summary>Bytes of the header that separated text begins with, before which no piece makes sense.</summary>
    public long Header { get; init; }

    [JsonIgnore]
    public bool IsWhole => Bytes == Length;

    [JsonIgnore]
    public string Place => RowGroup is { } group ? string.Create(CultureInfo.InvariantCulture, $"{Container}/{Blob}, row group {group}")
        : Start > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Container}/{Blob}, from byte {Start}")
        : $"{Container}/{Blob}";

    [JsonIgnore]
    private TableFormat Format => TableFileType.Of(Blob)!.Value.Format;

    public TableSource Source(Stream stream) =>
        new(Place, TableFileType.Of(Blob)!.Value, stream) { RowGroups = RowGroup is { } group ? group..(group + 1) : null };

    /// <summary>Where the blob can be cut into pieces of about so many bytes; the piece itself where it cannot, or need not.</summary>
    /// <exception cref="DatasetFormatException">The blob has changed.</exception>
    /// <exception cref="TableFormatException">The blob is damaged.</exception>
    public async Task<IReadOnlyList<TablePiece>> CutAsync(BlobServiceClient blobs, long bytes, CancellationToken cancellationToken)
    {
        if (Length <= bytes || TableFileType.Of(Blob) is not { Compressed: false, Format: TableFormat.Parquet or TableFormat.Csv or TableFormat.Tsv })
        {
            return [this];
        }

        if (Format == TableFormat.Parquet)
        {
            await using Stream stream = await OpenAsync(blobs, cancellationToken);
            IReadOnlyList<TableRowGroup> groups = await TableReader.RowGroupsAsync(Source(stream), cancellationToken);
            return [.. groups.Select((group, number) => this with { Start = group.Start, Bytes = group.Bytes, RowGroup = number })];
        }

        IReadOnlyList<long> rows = await ReadAsync(blobs, (blob, conditions) => TextCuts.FindAsync(blob, conditions, Length, bytes, cancellationToken));
        return rows.Count < 2 ? [this]
            : [.. rows.Skip(1).Prepend(0).Zip(rows.Skip(1).Append(Length), (start, end) => this with { Start = start, Bytes = end - start, Header = start == 0 ? 0 : rows[0] })];
    }

    /// <summary>Its content as it is read.</summary>
    /// <exception cref="DatasetFormatException">The blob has changed.</exception>
    public Task<Stream> OpenAsync(BlobServiceClient blobs, CancellationToken cancellationToken) => ReadAsync<Stream>(blobs, async (blob, conditions) =>
    {
        if (Format == TableFormat.Parquet)
        {
            var ranges = new BlobRanges(blob, conditions, Length);
            long footer = Length <= MostAtOnce ? Length : FooterBytes;
            if (footer > 0)
            {
                await ranges.LoadAsync(Length - footer, footer, cancellationToken);
            }

            if (RowGroup is not null && Start < Length - footer)
            {
                await ranges.LoadAsync(Start, Bytes, cancellationToken);
            }

            return ranges;
        }

        var options = new BlobDownloadOptions { Conditions = conditions, Range = IsWhole ? default : new HttpRange(Start, Bytes) };
        BlobDownloadStreamingResult rows = await blob.DownloadStreamingAsync(options, cancellationToken);
        if (Header == 0)
        {
            return rows.Content;
        }

        BlobDownloadResult header = await blob.DownloadContentAsync(
            new BlobDownloadOptions { Conditions = conditions, Range = new HttpRange(0, Header) }, cancellationToken);
        return new HeadedStream(header.Content.ToMemory(), rows.Content);
    });

    /// <summary>Its content at once: of a small file.</summary>
    /// <exception cref="DatasetFormatException">The blob has changed.</exception>
    public Task<BinaryData> FetchAsync(BlobServiceClient blobs, CancellationToken cancellationToken) => ReadAsync(
        blobs, async (blob, conditions) => (await blob.DownloadContentAsync(new BlobDownloadOptions { Conditions = conditions }, cancellationToken)).Value.Content);

    private async Task<T> ReadAsync<T>(BlobServiceClient blobs, Func<BlobClient, BlobRequestConditions, Task<T>> read)
    {
        try
        {
            return await read(blobs.GetBlobContainerClient(Container).GetBlobClient(Blob), new BlobRequestConditions { IfMatch = new ETag(ETag) });
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(
                Place, "the blob that was found when the work was planned", "another version of it, or none; start again");
        }
    }
}
