using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>Makes typed columns of cells, by a schema.</summary>
internal sealed class BatchSink : RowSink
{
    private const int FirstRows = 256;

    private readonly Column[] columns;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> missing;
    private readonly int longestMissing;
    private readonly string separator;
    private readonly ICollection<FaultyRow>? faults;
    private readonly HashSet<int> faulty = [];
    private long first;
    private int rows;

    /// <summary>Begins without rows.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="faults">Receives rows that are left out; null: each is an error.</param>
    /// <param name="first">The number of the first row.</param>
    public BatchSink(TableSchema schema, ICollection<FaultyRow>? faults = null, long first = 1)
    {
        this.faults = faults;
        this.first = first;
        columns = [.. schema.Read.Select(column => new Column(column.Name, column.Type))];
        for (int i = 0; i < columns.Length; i++)
        {
            numbers.Add(columns[i].Name, i);
        }

        separator = schema.LabelSeparator;
        longestMissing = schema.Missing.Select(text => text.Length).DefaultIfEmpty().Max();
        missing = new HashSet<string>(schema.Missing, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What to do about a value that is not of its column's type.</summary>
    public string Advice { get; init; } = "give the column another type, or list the text as missing";

    /// <summary>The columns of which no row so far had a cell, not even an empty one.</summary>
    public IReadOnlyCollection<string> Unnamed => [.. columns.Where(column => !column.IsNamed).Select(column => column.Name)];

    public override int ColumnOf(string name) => numbers.GetValueOrDefault(name, -1);

    public override void Begin(IReadOnlyList<string> columns, string file)
    {
        string[] absent = [.. numbers.Keys.Where(name => !columns.Contains(name, StringComparer.Ordinal))];
        if (absent.Length > 0)
        {
            throw new TableFormatException(
                file, $"has no column {string.Join(", ", absent.Select(name => $"'{name}'"))}; it has {Listed(columns)}");
        }

        Array.ForEach(this.columns, column => column.IsNamed = true);
    }

    public override void Add(int column, Cell cell, RowPlace at, int ahead = 0)
    {
        Column into = columns[column];
        int row = rows + ahead;
        into.IsNamed = true;
        into.MakeRoom(row);
        bool isMissing = cell.Kind == CellKind.Missing
            || (cell.Kind == CellKind.Text && cell.Text.Length <= longestMissing && missing.Contains(cell.Text));
        switch (into.Type)
        {
            case ColumnType.Categorical or ColumnType.Text:
                into.Texts[row] = isMissing ? null
                    : cell.Kind is CellKind.Nested or CellKind.List ? NoText(into, "text", cell, at, row) : into.Shared(cell);
                break;
            case ColumnType.Labels:
                // An empty text is a row with no label, not one of which they are not known.
                into.Texts[row] = isMissing && (cell.Kind != CellKind.Text || cell.Text.Length > 0) ? null : Labels(into, cell, at);
                break;
            case ColumnType.Boolean:
                into.Numbers[row] = isMissing ? double.NaN
                    : cell.TryBoolean(out double flag) ? flag : NoNumber(into, "true or false", cell, at, row);
                break;
            case ColumnType.DateTime:
                into.Numbers[row] = isMissing ? double.NaN
                    : cell.TryTime(out double time) ? time : NoNumber(into, "an ISO 8601 time", cell, at, row);
                break;
            default:
                into.Numbers[row] = isMissing ? double.NaN
                    : cell.TryNumber(out double number) && double.IsFinite(number) ? number
                    : NoNumber(into, "a finite number", cell, at, row);
                break;
        }
    }

    public override void Add(int column, ReadOnlySpan<double> numbers, RowPlace first)
    {
        Column into = columns[column];
        if (into.Type != ColumnType.Numeric || numbers.ContainsAny(double.PositiveInfinity, double.NegativeInfinity))
        {
            base.Add(column, numbers, first);
            return;
        }

        into.IsNamed = true;
        into.MakeRoom(rows + numbers.Length - 1);
        numbers.CopyTo(into.Numbers.AsSpan(rows));
    }

    public override void Refuse(RowPlace at, string reason)
    {
        if (faults is null)
        {
            base.Refuse(at, reason);
        }

        LeaveOut(rows, at, reason);
    }

    public override void EndRow(int rows = 1) => this.rows += rows;

    /// <summary>The rows so far; the sink begins again.</summary>
    public TableBatch Take()
    {
        var taken = new Dictionary<string, ColumnValues>(StringComparer.Ordinal);
        foreach (Column column in columns)
        {
            taken.Add(column.Name, column.Take(rows));
        }

        var batch = new TableBatch(rows, taken) { Numbers = faults is null ? null : [.. Enumerable.Range(0, rows).Select(row => first + row)] };
        if (faulty.Count > 0)
        {
            batch = batch.Only([.. Enumerable.Range(0, rows).Where(row => !faulty.Contains(row))]);
            faulty.Clear();
        }

        first += rows;
        rows = 0;
        return batch;
    }

    private void LeaveOut(int row, RowPlace at, string reason, string? found = null)
    {
        // One reason is enough.
        if (faulty.Add(row))
        {
            faults!.Add(new FaultyRow(first + row, at.ToString(), reason) { Found = found });
        }
    }

    private double NoNumber(Column column, string wanted, Cell cell, RowPlace at, int row)
    {
        NoText(column, wanted, cell, at, row);
        return double.NaN;
    }

    private string? NoText(Column column, string wanted, Cell cell, RowPlace at, int row)
    {
        if (faults is null)
        {
            throw Refuse(column, wanted, cell, at);
        }

        LeaveOut(row, at, Wanted(column, wanted), Shown(cell));
        return null;
    }

    private string Labels(Column column, Cell cell, RowPlace at)
    {
        string[] labels = cell.Kind switch
        {
            CellKind.Nested => throw Refuse(column, "a list of labels", cell, at),
            CellKind.List => LabelSet.Split(cell.Text.ToString()),
            _ => cell.AsText().Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
        return Array.Find(labels, label => !LabelSet.IsLabel(label, separator)) is { } wrong
            ? throw new TableFormatException(
                at.ToString(), $"column '{column.Name}' has the label '{wrong}', which holds '{separator}', that stands between labels; set dataset.labelSeparator to another text")
            : LabelSet.Join(labels);
    }

    internal static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(20).Select(name => $"'{name}'")) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");

    private TableFormatException Refuse(Column column, string wanted, Cell cell, RowPlace at)
    {
        if (cell.Kind is CellKind.Nested or CellKind.List)
        {
            return new TableFormatException(
                at.ToString(), $"{Wanted(column, wanted)}, not {cell.AsText()}; give the column the type ignored, or have one of dataset.steps make a value of it");
        }

        return new TableFormatException(
            at.ToString(),
            $"{Wanted(column, wanted)}, not '{Shown(cell)}'; {Advice}");
    }

    private static string Wanted(Column column, string wanted) => $"column '{column.Name}' should hold {wanted}";

    private static string Shown(Cell cell)
    {
        string found = cell.AsText();
        return found.Length <= 40 ? found : found[..37] + "...";
    }

    private sealed class Column(string name, ColumnType type)
    {
        private const int MostShared = 1000;
        private int usual = FirstRows;
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> shared =
            new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        public string Name => name;

        public ColumnType Type => type;

        public bool IsNamed { get; set; }

        public double[] Numbers { get; private set; } = [];

        public string?[] Texts { get; private set; } = [];

        // Whatever is not set is missing.
        public void MakeRoom(int row)
        {
            if (ColumnValues.IsNumber(type))
            {
                int length = Numbers.Length;
                if (row >= length)
                {
                    double[] numbers = Numbers;
                    Array.Resize(ref numbers, Room(row, length));
                    numbers.AsSpan(length).Fill(double.NaN);
                    Numbers = numbers;
                }
            }
            else if (row >= Texts.Length)
            {
                string?[] texts = Texts;
                Array.Resize(ref texts, Room(row, texts.Length));
                Texts = texts;
            }
        }

        // As much as the batch before needed, at once.
        private int Room(int row, int length) => length == 0 ? Math.Max(row + 1, usual) : Math.Max(row + 1, 2 * length);

        // A category that comes a million times is one string.
        public string Shared(Cell cell)
        {
            if (cell.Kind != CellKind.Text)
            {
                return cell.AsText();
            }

            if (shared.TryGetValue(cell.Text, out string? known))
            {
                return known;
            }

            string text = cell.AsText();
            if (shared.Set.Count < MostShared)
            {
                shared.Set.Add(text);
            }

            return text;
        }

        public ColumnValues Take(int rows)
        {
            MakeRoom(rows - 1);
            usual = Math.Max(rows, FirstRows);
            ColumnValues values = ColumnValues.IsNumber(type)
                ? new(type, Numbers.AsMemory(0, rows), default)
                : new(type, default, Texts.AsMemory(0, rows));
            Numbers = [];
            Texts = [];
            return values;
        }
    }
}
