using Parquet;
using Parquet.Data;
using Parquet.Schema;
using RowGroup = Parquet.Meta.RowGroup;

namespace DurableMl.Features.Tables;

/// <summary>Reads Parquet, one row group at a time: that much is in memory, of the columns that are wanted.</summary>
internal sealed class ParquetRowReader : IRowReader
{
    /// <summary>Values of a row group that are in memory together: rows, or items of lists, of all columns that are read.</summary>
    internal const long MaxGroupValues = 64 << 20;

    private const int FooterBytes = 8;

    private readonly string file;
    private readonly ParquetReader reader;
    private readonly (int Column, Field Field)[] columns;
    private readonly int endGroup;
    private int nextGroup;
    private AddRows[] group = [];
    private int groupRows;
    private int row;
    private long number;

    private ParquetRowReader(TableSource source, ParquetReader reader, (int Column, Field Field)[] columns)
    {
        Range groups = source.RowGroups ?? Range.All;
        file = source.Name;
        number = source.FirstRow - 1;
        this.reader = reader;
        this.columns = columns;
        (nextGroup, int count) = groups.GetOffsetAndLength(reader.RowGroupCount);
        endGroup = nextGroup + count;
    }

    /// <summary>Adds some rows of a row group's column.</summary>
    private delegate void AddRows(RowSink sink, int column, Range rows, RowPlace first);

    private delegate Cell CellAt(int row);

    private delegate Cell CellOf<in T>(T value);

    public static async Task<ParquetRowReader> OpenAsync(TableSource source, RowSink sink, CancellationToken cancellationToken)
    {
        // Row groups are asked for of a file that was looked at.
        if (source.RowGroups is null)
        {
            await CheckEndsAsync(source, cancellationToken);
        }

        ParquetReader? reader = null;
        try
        {
            reader = await ParquetReader.CreateAsync(source.Stream, leaveStreamOpen: true, cancellationToken: cancellationToken);
            Field[] fields = [.. reader.Schema.Fields];
            sink.Begin([.. fields.Select(field => field.Name)], source.Name);
            (int, Field)[] wanted = [.. fields.Select(field => (Column: sink.ColumnOf(field.Name), field))
                .Where(field => field.Column >= 0)];
            return new ParquetRowReader(source, reader, wanted);
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

    /// <summary>The row groups.</summary>
    public static async Task<IReadOnlyList<TableRowGroup>> GroupsAsync(TableSource source, CancellationToken cancellationToken)
    {
        await CheckEndsAsync(source, cancellationToken);
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(
                source.Stream, leaveStreamOpen: true, cancellationToken: cancellationToken);
            return [.. reader.Metadata!.RowGroups.Select(Group)];
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(source.Name, e);
        }
    }

    // Where it begins the first of its columns does, and that where its dictionary does if it has one.
    private static TableRowGroup Group(RowGroup group)
    {
        (long Start, long End)[] chunks = [.. group.Columns.Select(column => column.MetaData!).Select(column =>
        {
            long start = column.DictionaryPageOffset is { } dictionary and > 0 ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;
            return (start, start + column.TotalCompressedSize);
        })];
        long first = chunks.Min(chunk => chunk.Start);
        return new TableRowGroup(group.NumRows, first, chunks.Max(chunk => chunk.End) - first);
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

            int count = Math.Min(rows - read, groupRows - row);
            for (int i = 0; i < columns.Length; i++)
            {
                group[i](sink, columns[i].Column, row..(row + count), new RowPlace(file, "row", number + 1));
            }

            sink.EndRow(count);
            row += count;
            read += count;
            number += count;
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
            // The one before must not lie in memory beside it.
            group = [];
            using ParquetRowGroupReader next = reader.OpenRowGroupReader(nextGroup++);
            CheckSize(next);
            groupRows = checked((int)next.RowCount);
            row = 0;
            var read = new AddRows[columns.Length];
            for (int i = 0; i < read.Length; i++)
            {
                try
                {
                    read[i] = await ReadColumnAsync(next, columns[i].Field, groupRows, cancellationToken);
                }
                catch (Exception e) when (IsDamage(e))
                {
                    throw Damaged(file, e, columns[i].Field.Name);
                }
            }

            group = read;
            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(file, e);
        }
    }

    // A few kilobytes can say that they are thousands of millions of values, and an encoding of equal ones can be it, too.
    private void CheckSize(ParquetRowGroupReader group)
    {
        long values = columns.Sum(column => Math.Max(group.RowCount, ItemOf(column.Field) is { } item ? group.GetMetadata(item)?.MetaData?.NumValues ?? 0 : 0));
        if (values > MaxGroupValues)
        {
            throw new TableFormatException(
                file, $"has a row group of {group.RowCount} rows, of which {values} values are read; at most {MaxGroupValues} are read together. Write it in smaller row groups, or ignore columns");
        }
    }

    // What holds the values of a column; null where its parts have values of their own.
    private static DataField? ItemOf(Field column) => column as DataField ?? (column as ListField)?.Item as DataField;

    private static Task<AddRows> ReadColumnAsync(ParquetRowGroupReader group, Field column, int rows, CancellationToken cancellationToken)
    {
        DataField? field = ItemOf(column);
        bool isList = column is ListField or DataField { IsArray: true };
        if (field is null || field.MaxRepetitionLevel > 1)
        {
            string found = column is ListField ? "a list of lists or structs" : column is MapField ? "a map" : "a struct";
            return Task.FromResult(Cells(_ => Cell.Nested(found)));
        }

        return field.ClrType switch
        {
            // As characters: of strings the library makes a new one for each row.
            Type type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => ReadAsync<ReadOnlyMemory<char>>(value => Cell.Of(value.Span)),
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
            Type type when type == typeof(double) => isList ? ListsAsync<double>(value => Cell.Of(value)) : NumbersAsync(),
            Type type when type == typeof(decimal) => ReadAsync<decimal>(value => Cell.Of((double)value)),
            Type type when type == typeof(DateTime) =>
                ReadAsync<DateTime>(value => Cell.Of(new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)))),
            Type type when type == typeof(Guid) => ReadAsync<Guid>(value => Cell.Of(value.ToString())),
            Type type => Task.FromResult(Cells(_ => Cell.Nested(type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) ? "bytes" : $"a value of the type {type.Name}"))),
        };

        async Task<AddRows> NumbersAsync()
        {
            double[] numbers;
            if (field.IsNullable)
            {
                var values = new double?[rows];
                await group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken);
                numbers = Array.ConvertAll(values, value => value ?? double.NaN);
            }
            else
            {
                numbers = new double[rows];
                await group.ReadAsync(field, numbers.AsMemory(), cancellationToken: cancellationToken);
            }

            return (sink, column, wanted, first) => sink.Add(column, numbers.AsSpan(wanted), first);
        }

        async Task<AddRows> ReadAsync<T>(CellOf<T> cell)
            where T : struct
        {
            if (isList)
            {
                return await ListsAsync(cell);
            }

            if (!field.IsNullable)
            {
                var plain = new T[rows];
                await group.ReadAsync(field, plain.AsMemory(), cancellationToken: cancellationToken);
                return Cells(row => cell(plain[row]));
            }

            var values = new T?[rows];
            await group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken);
            return Cells(row => values[row] is { } value ? cell(value) : Cell.Missing);
        }

        async Task<AddRows> ListsAsync<T>(CellOf<T> cell)
            where T : struct
        {
            using var data = (RawColumnData<T>)await group.ReadRawColumnDataBaseAsync(field, cancellationToken);
            (bool HasNull, List<string>? Items)[] lists = Lists(data, field, rows, cell);
            return Cells(row => lists[row] is { HasNull: true } ? Cell.Nested("a list with a null in it") : lists[row].Items is { } items ? Cell.Of(items) : Cell.Missing);
        }
    }

    // The items of all rows come one after the other. Beside each stand a repetition level, 0 where a row begins, and a definition level, which
    // says how much of list, item and value there is: a list that is null or empty has one entry, without a value.
    private static (bool HasNull, List<string>? Items)[] Lists<T>(RawColumnData<T> data, DataField item, int rows, CellOf<T> cell)
        where T : struct
    {
        int value = item.MaxDefinitionLevel;
        int entry = item is { IsNullable: true, IsArray: false } ? value - 1 : value;
        var lists = new (bool HasNull, List<string>? Items)[rows];
        int row = -1;
        int values = 0;
        for (int i = 0; i < data.RepetitionLevels.Length; i++)
        {
            row += data.RepetitionLevels[i] == 0 ? 1 : 0;
            int level = data.DefinitionLevels[i];
            if (level < entry - 1)
            {
                continue;
            }

            List<string> items = lists[row].Items ??= [];
            if (level >= entry)
            {
                Cell found = level == value ? cell(data.Values[values++]) : Cell.Missing;
                lists[row].HasNull |= found.Kind == CellKind.Missing;
                items.Add(found.AsText());
            }
        }

        return row == rows - 1 ? lists : throw new InvalidDataException($"a column has {row + 1} lists for {rows} rows");
    }

    private static AddRows Cells(CellAt cell) => (sink, column, rows, first) =>
    {
        (int start, int count) = (rows.Start.Value, rows.End.Value - rows.Start.Value);
        for (int i = 0; i < count; i++)
        {
            sink.Add(column, cell(start + i), first.After(i), i);
        }
    };

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

    private static TableFormatException Damaged(string file, Exception exception, string? column = null) => new(
        file,
        $"is a damaged Parquet file, or has something in it that is not supported: {(column is null ? "" : $"column '{column}': ")}{exception.Message}"
        + (exception is NotSupportedException ? "; write it with plain or dictionary encoding" : ""),
        exception);
}
