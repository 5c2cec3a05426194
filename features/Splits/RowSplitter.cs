using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Splits;

/// <summary>Gives each row its key, and its split once the bounds are known.</summary>
/// <param name="rule">The rule.</param>
/// <param name="bounds">The bounds by class; null while keys are collected.</param>
public sealed class RowSplitter(SplitRule rule, IReadOnlyDictionary<string, SplitBounds>? bounds = null)
{
    /// <summary>Columns that take no part in a row's key: what is only kept beside it moves no row into another split.</summary>
    public IReadOnlyCollection<string> Aside { get; init; } = [];

    /// <summary>The class of rules that know no classes.</summary>
    public const string OneClass = "";

    /// <summary>The bounds of rules that need no keys: those of a hash.</summary>
    public static IReadOnlyDictionary<string, SplitBounds> FixedBounds(SplitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var bounds = new SplitBounds(Share(rule.Test), Share(rule.Test + rule.Validation));
        return new Dictionary<string, SplitBounds>(StringComparer.Ordinal) { [OneClass] = bounds };

        static ulong? Share(double fraction) => fraction <= 0 ? null : fraction >= 1 ? ulong.MaxValue : (ulong)(fraction * ulong.MaxValue);
    }

    /// <summary>The class and key of every row of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="place">What is read, for messages.</param>
    /// <exception cref="TableFormatException">A row has no value in the rule's column.</exception>
    public IEnumerable<(string Class, ulong Key)> Keys(TableBatch batch, string place)
    {
        ArgumentNullException.ThrowIfNull(batch);
        // By name, so that neither the order of columns nor the format makes another row of the same values.
        ColumnValues[] columns = [.. batch.Names.Where(name => !Aside.Contains(name)).Order(StringComparer.Ordinal).Select(name => batch[name])];
        ColumnValues? column = rule.Column is { } name ? batch[name] : null;
        var bytes = new ArrayBufferWriter<byte>();
        for (int row = 0; row < batch.Rows; row++)
        {
            if (column is { } own && own.IsMissing(row))
            {
                throw new TableFormatException(place, $"a row has no value in '{rule.Column}', by which dataset.split divides the rows; have one of dataset.steps fill it in or leave such rows out, or divide by another column");
            }

            yield return rule.By switch
            {
                SplitBy.Time => (OneClass, NewestFirst(column!.Value.Numbers.Span[row])),
                SplitBy.Group => (OneClass, Hash(bytes, [column!.Value], row)),
                SplitBy.Stratified => (column!.Value.Texts.Span[row]!, Hash(bytes, columns, row)),
                _ => (OneClass, Hash(bytes, columns, row)),
            };
        }
    }

    /// <summary>The split of every row of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="place">What is read, for messages.</param>
    /// <exception cref="InvalidOperationException">The bounds are not known.</exception>
    public Split[] Splits(TableBatch batch, string place)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var splits = new Split[batch.Rows];
        int row = 0;
        foreach ((string @class, ulong key) in Keys(batch, place))
        {
            splits[row++] = bounds is null ? throw new InvalidOperationException("The bounds are not known.")
                : bounds.TryGetValue(@class, out SplitBounds? of) ? of.Of(key)
                : throw new TableFormatException(place, "the table changed while it was read: it has a class that it did not have before");
        }

        return splits;
    }

    private ulong Hash(ArrayBufferWriter<byte> bytes, ReadOnlySpan<ColumnValues> columns, int row)
    {
        bytes.ResetWrittenCount();
        foreach (ColumnValues column in columns)
        {
            bool isNumber = ColumnValues.IsNumber(column.Type);
            string? text = isNumber ? null : column.Texts.Span[row];
            // Of a text its length comes first, so that "ab", "c" is another row than "a", "bc".
            BinaryPrimitives.WriteInt64LittleEndian(
                bytes.GetSpan(sizeof(long)), isNumber ? BitConverter.DoubleToInt64Bits(column.Numbers.Span[row] + 0.0) : text?.Length ?? -1);
            bytes.Advance(sizeof(long));
            bytes.Write(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        return XxHash64.HashToUInt64(bytes.WrittenSpan, rule.Seed);
    }

    // Doubles in their order as unsigned integers, turned round.
    private static ulong NewestFirst(double seconds)
    {
        long bits = BitConverter.DoubleToInt64Bits(seconds + 0.0);
        ulong ordered = bits < 0 ? ~(ulong)bits : (ulong)bits | (1UL << 63);
        return ~ordered;
    }
}
