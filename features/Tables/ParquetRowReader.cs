using Parquet;
using Parquet.Schema;

namespace DurableMl.Features.Tables;

/// <summary>Reads Parquet, one row group at a time: that much is in memory, of the columns that are wanted.</summary>
internal sealed class ParquetRowReader : IRowReader
{
    private const int FooterBytes = 8;

    private readonly string file;
    private readonly ParquetReader reader;
    private readonly (int Column, Field Field)[] columns;
    private readonly int endGroup;
    private int nextGroup;
    private CellAt[] cells = [];
    private int groupRows;
    private int row;
    private long number;

    private ParquetRowReader(string file, ParquetReader reader, (int Column, Field Field)[] columns, Range groups)
    {
        this.file = file;
        this.reader = reader;
        this.columns = columns;
        (nextGroup, int count) = groups.GetOffsetAndLength(reader.RowGroupCount);
        endGroup = nextGroup + count;
    }

    private delegate Cell CellAt(int row);

    private delegate Cell CellOf<in T>(T value);

    public static async Task<ParquetRowReader> OpenAsync(TableSource source, RowSink sink, CancellationToken cancellationToken)
    {
        await CheckEndsAsync(source, cancellationToken);
        ParquetReader? reader = null;
        try
        {
            reader = await ParquetReader.CreateAsync(source.Stream, leaveStreamOpen: true, cancellationToken: cancellationToken);
            Field[] fields = [.. reader.Schema.Fields];
            sink.Begin([.. fields.Select(field => field.Name)], source.Name);
            (int, Field)[] wanted = [.. fields.Select(field => (Column: sink.ColumnOf(field.Name), field))
                .Where(field => field.Column >= 0)];
            return new ParquetRowReader(source.Name, reader, wanted, source.RowGroups ?? Range.All);
        }
        catch (Exception e) when (e is not TableFormatException && IsDamage(e))
        {
            await CloseAsync();
            throw Damaged(source.Name, e);
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        ValueTask CloseAsync() => reader?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>How many rows each row group has.</summary>
    public static async Task<IReadOnlyList<long>> GroupsAsync(TableSource source, CancellationToken cancellationToken)
    {
        await CheckEndsAsync(source, cancellationToken);
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(
                source.Stream, leaveStreamOpen: true, cancellationToken: cancellationToken);
            return [.. reader.RowGroups.Select(group => group.RowCount)];
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(source.Name, e);
        }
    }

    public async ValueTask<int> ReadAsync(RowSink sink, int rows, CancellationToken cancellationToken)
    {
        int read = 0;
        while (read < rows)
        {
            if (row == groupRows && !await NextGroupAsync(cancellationToken))
            {
                break;
            }

            for (; row < groupRows && read < rows; row++, read++)
            {
                var at = new RowPlace(file, "row", ++number);
                for (int i = 0; i < columns.Length; i++)
                {
                    sink.Add(columns[i].Column, cells[i](row), at);
                }

                sink.EndRow();
            }
        }

        return read;
    }

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    private async Task<bool> NextGroupAsync(CancellationToken cancellationToken)
    {
        if (nextGroup >= endGroup)
        {
            return false;
        }

        try
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(nextGroup++);
            groupRows = checked((int)group.RowCount);
            row = 0;
            var read = new CellAt[columns.Length];
            for (int i = 0; i < read.Length; i++)
            {
                read[i] = await ReadColumnAsync(group, columns[i].Field, groupRows, cancellationToken);
            }

            cells = read;
            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(file, e);
        }
    }

    private static Task<CellAt> ReadColumnAsync(ParquetRowGroupReader group, Field column, int rows, CancellationToken cancellationToken)
    {
        if (column is not DataField { IsArray: false } field)
        {
            return Task.FromResult<CellAt>(_ => Cell.Nested);
        }

        return field.ClrType switch
        {
            Type type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => TextAsync(),
            Type type when type == typeof(bool) => ReadAsync<bool>(Cell.Of),
            Type type when type == typeof(sbyte) => ReadAsync<sbyte>(value => Cell.Of((long)value)),
            Type type when type == typeof(byte) => ReadAsync<byte>(value => Cell.Of((long)value)),
            Type type when type == typeof(short) => ReadAsync<short>(value => Cell.Of((long)value)),
            Type type when type == typeof(ushort) => ReadAsync<ushort>(value => Cell.Of((long)value)),
            Type type when type == typeof(int) => ReadAsync<int>(value => Cell.Of((long)value)),
            Type type when type == typeof(uint) => ReadAsync<uint>(value => Cell.Of((long)value)),
            Type type when type == typeof(long) => ReadAsync<long>(value => Cell.Of(value)),
            Type type when type == typeof(ulong) =>
                ReadAsync<ulong>(value => value <= long.MaxValue ? Cell.Of((long)value) : Cell.Of((double)value)),
            Type type when type == typeof(float) => ReadAsync<float>(value => Cell.Of((double)value)),
            Type type when type == typeof(double) => ReadAsync<double>(value => Cell.Of(value)),
            Type type when type == typeof(decimal) => ReadAsync<decimal>(value => Cell.Of((double)value)),
            Type type when type == typeof(DateTime) =>
                ReadAsync<DateTime>(value => Cell.Of(new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)))),
            _ => Task.FromResult<CellAt>(_ => Cell.Nested),
        };

        async Task<CellAt> TextAsync()
        {
            var values = new string?[rows];
            await group.ReadAsync(field, values.AsMemory()!, cancellationToken: cancellationToken);
            return row => values[row] is { } text ? Cell.Of(text) : Cell.Missing;
        }

        async Task<CellAt> ReadAsync<T>(CellOf<T> cell)
            where T : struct
        {
            if (!field.IsNullable)
            {
                var plain = new T[rows];
                await group.ReadAsync(field, plain.AsMemory(), cancellationToken: cancellationToken);
                return row => cell(plain[row]);
            }

            var values = new T?[rows];
            await group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken);
            return row => values[row] is { } value ? cell(value) : Cell.Missing;
        }
    }

    // Seen before the library looks: it takes a file that is cut short for one that cannot be read now.
    private static async Task CheckEndsAsync(TableSource source, CancellationToken cancellationToken)
    {
        Stream stream = source.Stream;
        var ends = new byte[4 + FooterBytes];
        if (stream.Length >= ends.Length)
        {
            stream.Position = 0;
            await stream.ReadExactlyAsync(ends.AsMemory(0, 4), cancellationToken);
            stream.Position = stream.Length - FooterBytes;
            await stream.ReadExactlyAsync(ends.AsMemory(4), cancellationToken);
        }

        ReadOnlySpan<byte> magic = "PAR1"u8;
        bool begins = magic.SequenceEqual(ends.AsSpan(0, 4));
        if (!begins || !magic.SequenceEqual(ends.AsSpan(8)))
        {
            throw new TableFormatException(
                source.Name, begins ? "is a Parquet file that is cut short: its end is missing" : "is not a Parquet file");
        }

        stream.Position = 0;
    }

    // Not IOException: that is the storage beneath, which another try may find well again. The library has exceptions that are not public.
    private static bool IsDamage(Exception exception) =>
        exception.GetType().Assembly == typeof(ParquetReader).Assembly
        || exception is InvalidDataException or EndOfStreamException or FormatException or OverflowException or NotSupportedException
            or InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or InvalidCastException or KeyNotFoundException;

    private static TableFormatException Damaged(string file, Exception exception) =>
        new(file, $"is a damaged Parquet file, or has something in it that is not supported: {exception.Message}", exception);
}
