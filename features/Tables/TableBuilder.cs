using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>Makes a batch of rows that come from no file, such as a request's, by the very rules by which files are read.</summary>
/// <param name="schema">The columns.</param>
/// <param name="place">Where the rows come from, for messages.</param>
public sealed class TableBuilder(TableSchema schema, string place)
{
    // Who asks cannot change what the model was trained on.
    private readonly BatchSink sink = new(schema) { Advice = "a value that is not known is null" };
    private int row = 1;

    private RowPlace At => new(place, "row", row);

    /// <summary>Adds a text to the row under way; null is a missing value.</summary>
    /// <exception cref="TableFormatException">The value is not of its column's type.</exception>
    public void Add(string column, string? text) => Add(column, text is null ? Cell.Missing : Cell.Of(text));

    /// <summary>Adds a number to the row under way; NaN is a missing value.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string column, double number) => Add(column, Cell.Of(number));

    /// <summary>Adds a whole number to the row under way.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string column, long number) => Add(column, Cell.Of(number));

    /// <summary>Adds a boolean to the row under way.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string column, bool value) => Add(column, Cell.Of(value));

    /// <summary>Ends the row; columns without a value have none in it.</summary>
    public void EndRow()
    {
        sink.EndRow();
        row++;
    }

    /// <summary>The rows so far.</summary>
    public TableBatch Take() => sink.Take();

    private void Add(string column, Cell cell)
    {
        int number = sink.ColumnOf(column);
        if (number >= 0)
        {
            sink.Add(number, cell, At);
        }
    }
}
