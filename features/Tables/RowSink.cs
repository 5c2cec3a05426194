namespace DurableMl.Features.Tables;

/// <summary>Takes the cells of rows as a file is read.</summary>
internal abstract class RowSink
{
    /// <summary>The number under which a column's cells are added; -1 where nobody wants them.</summary>
    public abstract int ColumnOf(string name);

    /// <summary>Told once by formats whose header names all columns.</summary>
    /// <exception cref="TableFormatException">A column that is needed is not among them.</exception>
    public abstract void Begin(IReadOnlyList<string> columns, string file);

    /// <summary>Adds one cell to the row under way.</summary>
    /// <param name="column">What <see cref="ColumnOf"/> said, 0 or more.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="ahead">For formats that come by column: how many rows after the one under way it belongs to.</param>
    public abstract void Add(int column, Cell cell, RowPlace at, int ahead = 0);

    /// <summary>Adds a column's numbers for the row under way and those after it; NaN is a missing value.</summary>
    /// <param name="column">What <see cref="ColumnOf"/> said, 0 or more.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="first">Where the first stands.</param>
    public virtual void Add(int column, ReadOnlySpan<double> numbers, RowPlace first)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            Add(column, Cell.Of(numbers[i]), first.After(i), i);
        }
    }

    /// <summary>Told of a row that is none; the row under way is it, and is ended all the same.</summary>
    /// <exception cref="TableFormatException">No row may be left out.</exception>
    public virtual void Refuse(RowPlace at, string reason) => throw new TableFormatException(at.ToString(), reason);

    /// <summary>Ends the row, or so many; columns without a cell have no value in it.</summary>
    public abstract void EndRow(int rows = 1);
}

/// <summary>Where a row stands, put into words only when something is wrong.</summary>
internal readonly record struct RowPlace(string File, string Unit, long Number)
{
    public RowPlace After(int rows) => this with { Number = Number + rows };

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}, {Unit} {Number}");
}
