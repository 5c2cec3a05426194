using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>A table in a stream.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Stream">Its bytes; for Parquet a stream that can seek. Whoever opened it closes it.</param>
public sealed record TableSource(string Name, TableFileType Type, Stream Stream)
{
    /// <summary>The part of the file to read: a Parquet file's row groups; null: all of it.</summary>
    public Range? RowGroups { get; init; }

    /// <summary>The number of its first row, where what is read is a piece of a file.</summary>
    public long FirstRow { get; init; } = 1;
}

/// <summary>A row that is left out, and why.</summary>
/// <param name="Row">Its number, from 1; a header is no row.</param>
/// <param name="Place">Where it stands, for messages: the file, and the line or row.</param>
/// <param name="Reason">What is wrong, in the same words for all rows of which the same is.</param>
public sealed record FaultyRow(long Row, string Place, string Reason)
{
    /// <summary>The value that is wrong, cut short; null where it is no value.</summary>
    public string? Found { get; init; }

    /// <summary>What is wrong with this row.</summary>
    public string Text => Found is null ? Reason : $"{Reason}, not '{Found}'";
}

/// <summary>A row group of a Parquet file: rows that can be read without the others.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Start">Where its first byte is.</param>
/// <param name="Bytes">How many bytes it has.</param>
public sealed record TableRowGroup(long Rows, long Start, long Bytes);

/// <summary>Reads tables of every format as batches of typed columns. Memory holds one batch, whatever the file's length.</summary>
public static class TableReader
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 4096;

    /// <summary>The longest row that is read: characters of separated text, bytes of JSON.</summary>
    public const int MaxRowLength = 16 << 20;

    /// <summary>Reads a table.</summary>
    /// <param name="source">The table.</param>
    /// <param name="schema">Its columns; those that are not named are not read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TableFormatException">The table is damaged, or a value is not of its column's type.</exception>
    public static IAsyncEnumerable<TableBatch> ReadAsync(TableSource source, TableSchema schema, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(schema);
        return ReadAsync(source, new BatchSink(schema), schema.Form, cancellationToken);
    }

    /// <summary>Reads a table without the rows that are not what they should be; every batch says which numbers its rows have.</summary>
    /// <param name="source">The table.</param>
    /// <param name="schema">Its columns; those that are not named are not read.</param>
    /// <param name="faults">Receives the rows of the batch that are left out, before it is handed out.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TableFormatException">The table itself is damaged, or none of its first rows has one of the columns.</exception>
    public static async IAsyncEnumerable<TableBatch> ReadAsync(
        TableSource source, TableSchema schema, ICollection<FaultyRow> faults, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(faults);
        var sink = new BatchSink(schema, faults, source.FirstRow);
        await foreach (TableBatch batch in ReadAsync(source, sink, schema.Form, cancellationToken))
        {
            if (batch.Rows > 0 && sink.Unnamed is { Count: > 0 } absent)
            {
                // A header would have told.
                throw new TableFormatException(
                    source.Name, $"has no row with the column {string.Join(", ", absent.Select(name => $"'{name}'"))}; a value that is not known is null");
            }

            yield return batch;
        }
    }

    /// <summary>Reads the first rows of a table and says what its columns seem to hold.</summary>
    /// <param name="source">The table.</param>
    /// <param name="missing">What means a missing value.</param>
    /// <param name="form">How separated text is written; null: as usual.</param>
    /// <param name="rows">How many rows to look at, at most.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="TableFormatException">The table is damaged, or it has no rows.</exception>
    public static async Task<IReadOnlyList<ColumnFinding>> InferAsync(
        TableSource source, IReadOnlyList<string> missing, TextForm? form = null, int rows = 10_000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var sink = new SchemaInference(missing);
        await using IRowReader reader = await OpenAsync(source, sink, form, cancellationToken);
        for (int left = rows; left > 0;)
        {
            int read = await ReadAsync(reader, source, sink, Math.Min(left, BatchRows), cancellationToken);
            if (read == 0)
            {
                break;
            }

            left -= read;
        }

        return sink.Rows > 0 ? sink.Result() : throw new TableFormatException(source.Name, "has no rows");
    }

    /// <summary>The row groups of a Parquet file.</summary>
    /// <exception cref="TableFormatException">It is not such a file, or a damaged one.</exception>
    public static Task<IReadOnlyList<TableRowGroup>> RowGroupsAsync(TableSource source, CancellationToken cancellationToken = default) =>
        ParquetRowReader.GroupsAsync(source, cancellationToken);

    private static async IAsyncEnumerable<TableBatch> ReadAsync(TableSource source, BatchSink sink, TextForm? form, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IRowReader reader = await OpenAsync(source, sink, form, cancellationToken);
        while (await ReadAsync(reader, source, sink, BatchRows, cancellationToken) > 0)
        {
            yield return sink.Take();
        }
    }

    private static async Task<IRowReader> OpenAsync(TableSource source, RowSink sink, TextForm? form, CancellationToken cancellationToken)
    {
        form ??= new TextForm();
        try
        {
            Stream stream = source.Type.Compressed
                ? new GZipStream(source.Stream, CompressionMode.Decompress, leaveOpen: true)
                : source.Stream;
            return source.Type.Format switch
            {
                TableFormat.Csv => await SeparatedTextReader.OpenAsync(source.Name, stream, form, sink, cancellationToken),
                TableFormat.Tsv => await SeparatedTextReader.OpenAsync(source.Name, stream, form with { Separator = form.Separator ?? '\t' }, sink, cancellationToken),
                TableFormat.Json or TableFormat.JsonLines => new JsonRowReader(source.Name, stream),
                _ => await ParquetRowReader.OpenAsync(source, sink, cancellationToken),
            };
        }
        catch (Exception e) when (Explanation(e, source) is { } reason)
        {
            throw new TableFormatException(source.Name, reason, e);
        }
    }

    private static async ValueTask<int> ReadAsync(
        IRowReader reader, TableSource source, RowSink sink, int rows, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(sink, rows, cancellationToken);
        }
        catch (Exception e) when (Explanation(e, source) is { } reason)
        {
            throw new TableFormatException(source.Name, reason, e);
        }
    }

    // What any format can meet; each reader explains what only its own can.
    private static string? Explanation(Exception exception, TableSource source) => exception switch
    {
        DecoderFallbackException => "is not UTF-8 throughout (UTF-16 needs a byte order mark); write it again in UTF-8",
        InvalidDataException when source.Type.Compressed => $"is not a complete gzip file: {exception.Message}",
        _ => null,
    };
}

/// <summary>Reads one format.</summary>
internal interface IRowReader : IAsyncDisposable
{
    /// <summary>Reads some rows.</summary>
    /// <returns>How many; 0 at the end.</returns>
    ValueTask<int> ReadAsync(RowSink sink, int rows, CancellationToken cancellationToken);
}
