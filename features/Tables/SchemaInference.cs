using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>What the first rows of a table show of a column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What it seems to hold.</param>
/// <param name="Reason">Why, in a few words that a person reads.</param>
public sealed record ColumnFinding(string Name, ColumnType Type, string Reason);

/// <summary>Looks at cells to find out what columns hold.</summary>
internal sealed class SchemaInference(IReadOnlyList<string> missing) : RowSink
{
    private const int MaxColumns = 10_000;
    private const int MostDistinct = 1000;
    private const int FewValues = 20;

    private readonly List<Column> columns = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> missing =
        new HashSet<string>(missing, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public int Rows { get; private set; }

    public override int ColumnOf(string name)
    {
        if (!numbers.TryGetValue(name, out int number))
        {
            number = columns.Count;
            if (number == MaxColumns)
            {
                throw new TableFormatException(name, $"is one column too many: a table has at most {MaxColumns}");
            }

            numbers.Add(name, number);
            columns.Add(new Column(name));
        }

        return number;
    }

    public override void Begin(IReadOnlyList<string> columns, string file)
    {
        foreach (string name in columns)
        {
            ColumnOf(name);
        }
    }

    public override void Add(int column, Cell cell, RowPlace at, int ahead = 0)
    {
        if (cell.Kind != CellKind.Missing && !(cell.Kind == CellKind.Text && missing.Contains(cell.Text)))
        {
            columns[column].Add(cell);
        }
    }

    public override void EndRow(int rows = 1) => Rows += rows;

    public IReadOnlyList<ColumnFinding> Result() => [.. columns.Select(column => column.Finding())];

    private sealed class Column(string name)
    {
        private readonly HashSet<string> distinct = new(StringComparer.Ordinal);
        private int values;
        private int numbers;
        private int booleans;
        private int times;
        private int nested;
        private int withSpaces;

        public void Add(Cell cell)
        {
            values++;
            numbers += cell.Kind != CellKind.Boolean && cell.TryNumber(out _) ? 1 : 0;
            booleans += cell.IsBooleanWord ? 1 : 0;
            times += cell.TryTime(out _) ? 1 : 0;
            nested += cell.Kind is CellKind.Nested or CellKind.List ? 1 : 0;
            if (cell.Kind == CellKind.Text)
            {
                withSpaces += cell.Text.Contains(' ') ? 1 : 0;
                if (distinct.Count <= MostDistinct)
                {
                    distinct.Add(cell.AsText());
                }
            }
        }

        public ColumnFinding Finding()
        {
            (ColumnType type, string reason) = values switch
            {
                0 => (ColumnType.Ignored, "it has no value"),
                _ when nested > 0 => (ColumnType.Ignored, "it holds objects or arrays"),
                _ when booleans == values => (ColumnType.Boolean, "true and false"),
                _ when numbers == values => (ColumnType.Numeric, "numbers"),
                _ when times == values => (ColumnType.DateTime, "times"),
                _ => OfTexts(),
            };
            return new ColumnFinding(name, type, reason);
        }

        private (ColumnType Type, string Reason) OfTexts()
        {
            // A handful of rows says nothing about how often values come again.
            bool comeAgain = values <= FewValues || distinct.Count <= values / 2;
            return distinct.Count <= MostDistinct && comeAgain ? (ColumnType.Categorical, $"{distinct.Count} texts")
                : withSpaces > 0 || distinct.Count < values ? (ColumnType.Text, "many texts")
                : (ColumnType.Ignored, "another text in every row, as an identifier");
        }
    }
}
