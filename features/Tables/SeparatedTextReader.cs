using System.Text;
using nietras.SeparatedValues;

namespace DurableMl.Features.Tables;

/// <summary>Reads separated text with a header.</summary>
internal sealed class SeparatedTextReader : IRowReader
{
    // As much as keeps its buffers off the large object heap.
    private const int BufferBytes = 32 << 10;

    private readonly string file;
    private readonly StreamReader text;
    private readonly SepReader reader;
    private readonly int[] columns;

    private SeparatedTextReader(string file, StreamReader text, SepReader reader, int[] columns)
    {
        this.file = file;
        this.text = text;
        this.reader = reader;
        this.columns = columns;
    }

    public static async Task<SeparatedTextReader> OpenAsync(
        string file, Stream stream, char? separator, RowSink sink, CancellationToken cancellationToken)
    {
        var text = new StreamReader(
            stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), bufferSize: BufferBytes, leaveOpen: true);
        SepReader? reader = null;
        try
        {
            Sep? sep = separator is { } known ? new Sep(known) : null;
            reader = await sep.Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = true })
                .FromAsync(text, cancellationToken);
            string[] names = await HeaderAsync(reader, file, cancellationToken);
            sink.Begin(names, file);
            return new SeparatedTextReader(file, text, reader, [.. names.Select(sink.ColumnOf)]);
        }
        catch
        {
            reader?.Dispose();
            text.Dispose();
            throw;
        }
    }

    public async ValueTask<int> ReadAsync(RowSink sink, int rows, CancellationToken cancellationToken)
    {
        int read = 0;
        while (read < rows && await NextAsync(reader, file, cancellationToken))
        {
            SepReader.Row row = reader.Current;
            if (row.ColCount == 1 && columns.Length > 1 && row[0].Span.IsWhiteSpace())
            {
                continue;
            }

            var at = new RowPlace(file, "line", row.LineNumberFrom);
            if (row.ColCount != columns.Length)
            {
                sink.Refuse(at, $"has {row.ColCount} values for {columns.Length} columns; is a quotation mark open, or a separator not quoted?");
            }

            for (int i = 0; i < columns.Length && row.ColCount == columns.Length; i++)
            {
                if (columns[i] >= 0)
                {
                    sink.Add(columns[i], Cell.Of(row[i].Span), at);
                }
            }

            sink.EndRow();
            read++;
        }

        return read;
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        text.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<string[]> HeaderAsync(SepReader reader, string file, CancellationToken cancellationToken)
    {
        if (!await NextAsync(reader, file, cancellationToken))
        {
            throw new TableFormatException(file, "is empty; its first line should name the columns");
        }

        SepReader.Row row = reader.Current;
        var names = new string[row.ColCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = row[i].Span.Trim().ToString();
        }

        if (names.GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(same => same.Count() > 1 || same.Key.Length == 0) is { } wrong)
        {
            throw new TableFormatException(
                file, wrong.Key.Length == 0 ? "has a column without a name in its first line"
                    : $"names the column '{wrong.Key}' more than once in its first line");
        }

        return names;
    }

    private static async ValueTask<bool> NextAsync(SepReader reader, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNextAsync(cancellationToken);
        }
        catch (NotSupportedException e)
        {
            // Sep's own limit, which is TableReader.MaxRowLength.
            throw new TableFormatException(
                file, $"has a row of more than {TableReader.MaxRowLength} characters; is a quotation mark open?", e);
        }
    }
}
