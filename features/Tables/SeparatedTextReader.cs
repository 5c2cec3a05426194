using System.Globalization;
using System.Text;
using DurableMl.Features.Schemas;
using nietras.SeparatedValues;

namespace DurableMl.Features.Tables;

/// <summary>Reads separated text.</summary>
internal sealed class SeparatedTextReader : IRowReader
{
    // As much as keeps its buffers off the large object heap.
    private const int BufferBytes = 32 << 10;

    private readonly string file;
    private readonly StreamReader text;
    private readonly SepReader reader;
    private readonly int[] columns;
    private readonly int linesBefore;
    private bool isAtRow;

    private SeparatedTextReader(string file, StreamReader text, SepReader reader, int[] columns, TextForm form)
    {
        this.file = file;
        this.text = text;
        this.reader = reader;
        this.columns = columns;
        linesBefore = form.SkipLines;
        isAtRow = form.Header is not null;
    }

    public static async Task<SeparatedTextReader> OpenAsync(string file, Stream stream, TextForm form, RowSink sink, CancellationToken cancellationToken)
    {
        var text = new StreamReader(
            stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), bufferSize: BufferBytes, leaveOpen: true);
        SepReader? reader = null;
        try
        {
            await SkipAsync(text, form.SkipLines, file, cancellationToken);
            Sep? sep = form.Separator is { } known ? new Sep(known) : null;
            reader = await sep.Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = form.Quotes, DisableQuotesParsing = !form.Quotes })
                .FromAsync(text, cancellationToken);
            if (!await NextAsync(reader, file, cancellationToken))
            {
                throw new TableFormatException(file, "is empty; its first line should name the columns");
            }

            string[] names = form.Header is { Count: > 0 } given ? [.. given] : Header(reader.Current, file, isNumbered: form.Header is not null);
            sink.Begin([.. names.Where(name => name.Length > 0)], file);
            return new SeparatedTextReader(file, text, reader, [.. names.Select(name => name.Length > 0 ? sink.ColumnOf(name) : -1)], form);
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
        while (read < rows && (isAtRow || await NextAsync(reader, file, cancellationToken)))
        {
            isAtRow = false;
            SepReader.Row row = reader.Current;
            var at = new RowPlace(file, "line", linesBefore + row.LineNumberFrom);
            // Looked at first: reading a value changes its characters. A row of one line has nothing of another in it.
            if (row.LineNumberToExcl - row.LineNumberFrom > 1 && HasStrayQuote(row.Span, reader.Spec.Sep.Separator))
            {
                sink.Refuse(at, "has a quotation mark within a value that does not begin with one, and so goes on over more lines; quote the value, or set dataset.csv.quotes to false where marks mean nothing");
                sink.EndRow();
                read++;
                continue;
            }

            if (row.ColCount == 1 && columns.Length > 1 && row[0].Span.IsWhiteSpace())
            {
                continue;
            }

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

    private static async Task SkipAsync(StreamReader text, int lines, string file, CancellationToken cancellationToken)
    {
        var one = new char[1];
        for (int read = 0; lines > 0 && await text.ReadAsync(one, cancellationToken) > 0; read++)
        {
            lines -= one[0] == '\n' ? 1 : 0;
            if (read == TableReader.MaxRowLength)
            {
                throw new TableFormatException(file, $"has more than {TableReader.MaxRowLength} characters in the lines that dataset.csv.skipLines passes over");
            }
        }
    }

    private static string[] Header(SepReader.Row row, string file, bool isNumbered)
    {
        var names = new string[row.ColCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = isNumbered ? (i + 1).ToString(CultureInfo.InvariantCulture) : row[i].Span.Trim().ToString();
        }

        // Row numbers that pandas and R write have no name, nor has what follows a separator at the end of each line: such columns are passed over.
        if (names.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new TableFormatException(file, $"names the column '{twice.Key}' more than once in its first line");
        }

        return Array.Exists(names, name => name.Length > 0) ? names : throw new TableFormatException(file, "names no column in its first line");
    }

    /// <summary>Whether a mark stands where it neither begins nor ends a quoted value.</summary>
    private static bool HasStrayQuote(ReadOnlySpan<char> row, char separator)
    {
        while (!row.IsEmpty)
        {
            if (row[0] == '"')
            {
                row = row[1..];
                for (int mark = row.IndexOf('"'); mark >= 0 && row[(mark + 1)..].StartsWith('"'); mark = row.IndexOf('"'))
                {
                    row = row[(mark + 2)..];
                }

                row = row[(row.IndexOf('"') + 1)..];
            }

            int end = row.IndexOf(separator);
            ReadOnlySpan<char> rest = end < 0 ? row : row[..end];
            if (rest.Contains('"'))
            {
                return true;
            }

            row = end < 0 ? [] : row[(end + 1)..];
        }

        return false;
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
