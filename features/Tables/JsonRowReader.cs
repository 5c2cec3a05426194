using System.Text.Json;

namespace DurableMl.Features.Tables;

/// <summary>Reads objects of a JSON array, or one after the other (JSON lines): whichever the content is, since many files of lines are called <c>.json</c>.</summary>
internal sealed class JsonRowReader : IRowReader
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    private readonly string file;
    private readonly RowLimitStream stream;
    private IAsyncEnumerator<JsonElement>? rows;
    private long number;

    public JsonRowReader(string file, Stream stream)
    {
        this.file = file;
        this.stream = new RowLimitStream(stream, file);
    }

    public async ValueTask<int> ReadAsync(RowSink sink, int rows, CancellationToken cancellationToken)
    {
        this.rows ??= JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: !await stream.BeginsArrayAsync(cancellationToken), Options, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        int read = 0;
        while (read < rows && await NextAsync())
        {
            number++;
            stream.Reset();
            try
            {
                Add(this.rows.Current, sink);
            }
            catch (InvalidOperationException e)
            {
                // Texts are looked at only now: bytes that are not UTF-8, halves of a character.
                throw new TableFormatException(new RowPlace(file, "row", number).ToString(), $"has a text that is none: {e.Message}", e);
            }

            read++;
        }

        return read;
    }

    public async ValueTask DisposeAsync()
    {
        if (rows is not null)
        {
            await rows.DisposeAsync();
        }
    }

    /// <summary>A JSON value as a cell.</summary>
    internal static void Add(RowSink sink, int column, JsonElement value, RowPlace at) =>
        sink.Add(column, value.ValueKind == JsonValueKind.Array ? ListOf(value) : CellOf(value), at);

    private static Cell CellOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Cell.Of(value.GetString()),
        JsonValueKind.Number => value.TryGetInt64(out long integer) ? Cell.Of(integer) : Cell.Of(value.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => Cell.Of(value.GetBoolean()),
        JsonValueKind.Null => Cell.Missing,
        _ => Cell.Nested("an object"),
    };

    private static Cell ListOf(JsonElement list)
    {
        var items = new List<string>(list.GetArrayLength());
        foreach (JsonElement item in list.EnumerateArray())
        {
            switch (item.ValueKind)
            {
                case JsonValueKind.Array or JsonValueKind.Object:
                    return Cell.Nested("a list of lists or objects");
                case JsonValueKind.Null:
                    return Cell.Nested("a list with a null in it");
                default:
                    items.Add(CellOf(item).AsText());
                    break;
            }
        }

        return Cell.Of(items);
    }

    private void Add(JsonElement row, RowSink sink)
    {
        var at = new RowPlace(file, "row", number);
        if (row.ValueKind != JsonValueKind.Object)
        {
            string found = row.ValueKind == JsonValueKind.Array ? "an array" : "a single value";
            sink.Refuse(at, $"is {found}; every row must be an object of columns by name");
            sink.EndRow();
            return;
        }

        foreach (JsonProperty member in row.EnumerateObject())
        {
            int column = sink.ColumnOf(member.Name);
            if (column >= 0)
            {
                Add(sink, column, member.Value, at);
            }
        }

        sink.EndRow();
    }

    private async ValueTask<bool> NextAsync()
    {
        try
        {
            return await rows!.MoveNextAsync();
        }
        catch (JsonException e)
        {
            string hint = e.Message.StartsWith("'N'", StringComparison.Ordinal) ? "; NaN is no JSON, a value that is not known is null"
                : number == 0 ? "; it should be UTF-8, and either one array of objects or one object a line" : "";
            // Rows before the wrong one may not have been handed out yet; the parser knows its line. What it says of the path is that of
            // its own array.
            string reason = e.Message.Split(" Path: ")[0].TrimEnd('.');
            string where = e.LineNumber is { } line ? new RowPlace(file, "line", line + 1).ToString() : file;
            throw new TableFormatException(where, $"is not valid JSON: {reason}{hint}", e);
        }
    }

    /// <summary>Reads on until a row is longer than may be: whoever parses it would keep all of it in memory.</summary>
    private sealed class RowLimitStream(Stream inner, string file) : Stream
    {
        private ReadOnlyMemory<byte> start;
        private long sinceRow;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Reset() => sinceRow = 0;

        /// <summary>Whether the first character that is no white space opens an array; what was read to see it is read again.</summary>
        public async ValueTask<bool> BeginsArrayAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[256];
            for (int length = 0, read; (read = Count(await inner.ReadAsync(buffer.AsMemory(length), cancellationToken))) > 0;)
            {
                length += read;
                start = buffer.AsMemory(0, length);
                ReadOnlySpan<byte> text = start.Span.StartsWith(Utf8Mark) ? start.Span[Utf8Mark.Length..] : start.Span;
                text = text.TrimStart(" \t\r\n"u8);
                if (text.Length > 0)
                {
                    return text[0] == '[';
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, 2 * length);
                }
            }

            return false;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (start.IsEmpty)
            {
                return Count(await inner.ReadAsync(buffer, cancellationToken));
            }

            int ahead = Math.Min(start.Length, buffer.Length);
            start[..ahead].CopyTo(buffer);
            start = start[ahead..];
            return ahead;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read)
        {
            sinceRow += read;
            return sinceRow <= TableReader.MaxRowLength
                ? read
                : throw new TableFormatException(file, $"has a row of more than {TableReader.MaxRowLength} bytes");
        }
    }
}
