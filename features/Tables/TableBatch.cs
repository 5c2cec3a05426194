using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>Some rows of a table, by column.</summary>
/// <param name="rows">How many.</param>
/// <param name="columns">The columns by name.</param>
public sealed class TableBatch(int rows, IReadOnlyDictionary<string, ColumnValues> columns)
{
    /// <summary>How many rows there are.</summary>
    public int Rows => rows;

    /// <summary>The number of each row in its file, from 1; null where none may be left out.</summary>
    public IReadOnlyList<long>? Numbers { get; init; }

    /// <summary>The columns' names.</summary>
    public IEnumerable<string> Names => columns.Keys;

    /// <summary>A column's values.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public ColumnValues this[string name] => columns[name];

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Their numbers.</param>
    public TableBatch Only(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new TableBatch(
            rows.Count, columns.ToDictionary(column => column.Key, column => column.Value.Only(rows), StringComparer.Ordinal))
        {
            Numbers = Numbers is { } numbers ? [.. rows.Select(row => numbers[row])] : null,
        };
    }
}

/// <summary>One column's values: numbers or texts, by its type.</summary>
/// <param name="Type">The column's type.</param>
/// <param name="Numbers">
/// For numeric, boolean (0 and 1) and datetime (seconds since 1970, UTC) columns; NaN is a missing value. Empty for the others.
/// </param>
/// <param name="Texts">For categorical and text columns; null is a missing value. Empty for the others.</param>
public readonly record struct ColumnValues(ColumnType Type, ReadOnlyMemory<double> Numbers, ReadOnlyMemory<string?> Texts)
{
    /// <summary>Whether a column of this type holds numbers.</summary>
    public static bool IsNumber(ColumnType type) => type is ColumnType.Numeric or ColumnType.Boolean or ColumnType.DateTime;

    /// <summary>Whether a row has no value.</summary>
    public bool IsMissing(int row) => IsNumber(Type) ? double.IsNaN(Numbers.Span[row]) : Texts.Span[row] is null;

    /// <summary>Whether any row has no value.</summary>
    public bool HasMissing
    {
        get
        {
            if (!IsNumber(Type))
            {
                return Texts.Span.Contains(null);
            }

            foreach (double number in Numbers.Span)
            {
                if (double.IsNaN(number))
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal ColumnValues Only(IReadOnlyList<int> rows)
    {
        ColumnValues all = this;
        return IsNumber(Type)
            ? this with { Numbers = rows.Select(row => all.Numbers.Span[row]).ToArray() }
            : this with { Texts = rows.Select(row => all.Texts.Span[row]).ToArray() };
    }
}
