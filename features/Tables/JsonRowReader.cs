using System.Text.Json;

namespace DurableMl.Features.Tables;

/// <summary>Reads objects of a JSON array, or one after the other (JSON lines).</summary>
internal sealed class JsonRowReader : IRowReader
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly string file;
    private readonly RowLimitStream stream;
    private readonly bool isLines;
    private IAsyncEnumerator<JsonElement>? rows;
    private long number;

    public JsonRowReader(string file, Stream stream, bool isLines)
    {
        this.file = file;
        this.stream = new RowLimitStream(stream, file);
        this.isLines = isLines;
    }

    public async ValueTask<int> ReadAsync(RowSink sink, int rows, CancellationToken cancellationToken)
    {
        this.rows ??= JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: isLines, Options, cancellationToken)
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
            string hint = !isLines && number == 0 ? "; a .json file holds one array of objects, one object a line is .jsonl" : "";
            // Rows before the wrong one may not have been handed out yet; the parser knows its line. What it says of the path is that of
            // its own array.
            string reason = e.Message.Split(" Path: ")[0];
            string where = e.LineNumber is { } line ? new RowPlace(file, "line", line + 1).ToString() : file;
            throw new TableFormatException(where, $"is not valid JSON: {reason}{hint}", e);
        }
    }

    /// <summary>Reads on until a row is longer than may be: whoever parses it would keep all of it in memory.</summary>
    private sealed class RowLimitStream(Stream inner, string file) : Stream
    {
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

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

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
