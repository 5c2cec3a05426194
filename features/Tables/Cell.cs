using System.Globalization;
using csFastFloat;
using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>What a cell holds, as its format tells.</summary>
internal enum CellKind
{
    Missing,
    Text,
    Number,
    Boolean,
    Time,
    Nested,
    List,
}

/// <summary>One cell of a row, as its format tells it: text for separated text, typed for JSON and Parquet.</summary>
internal readonly ref struct Cell
{
    private readonly long integer;
    private readonly bool isInteger;

    private Cell(CellKind kind, double number = 0, ReadOnlySpan<char> text = default, long? integer = null)
    {
        Kind = kind;
        Number = number;
        Text = text;
        this.integer = integer.GetValueOrDefault();
        isInteger = integer.HasValue;
    }

    public static Cell Missing => default;

    /// <summary>What no column can take.</summary>
    /// <param name="what">Its name for messages: <c>an object</c>.</param>
    public static Cell Nested(string what) => new(CellKind.Nested, text: what);

    /// <summary>A list of texts, numbers or booleans.</summary>
    public static Cell Of(IEnumerable<string> items) => new(CellKind.List, text: LabelSet.JoinItems(items));

    public CellKind Kind { get; }

    /// <summary>The number; 0 or 1 of a boolean; seconds since 1970 of a time.</summary>
    public double Number { get; }

    /// <summary>The text, without white space around it; the items of a list; the name of what is nested.</summary>
    public ReadOnlySpan<char> Text { get; }

    public static Cell Of(ReadOnlySpan<char> text) => new(CellKind.Text, text: text.Trim());

    public static Cell Of(double number) => double.IsNaN(number) ? Missing : new(CellKind.Number, number);

    public static Cell Of(long number) => new(CellKind.Number, number, integer: number);

    public static Cell Of(bool value) => new(CellKind.Boolean, value ? 1 : 0);

    public static Cell Of(DateTimeOffset time) => new(CellKind.Time, Seconds(time));

    /// <summary>The value as text, the same text for the same value of any format that has types.</summary>
    public string AsText() => Kind switch
    {
        CellKind.Number => isInteger ? integer.ToString(CultureInfo.InvariantCulture) : Number.ToString("R", CultureInfo.InvariantCulture),
        CellKind.Boolean => Number == 1 ? "true" : "false",
        CellKind.Time => DateTimeOffset.UnixEpoch.AddSeconds(Number).ToString("O", CultureInfo.InvariantCulture),
        CellKind.List => "a list",
        _ => Text.ToString(),
    };

    public bool TryNumber(out double number)
    {
        number = Number;
        return Kind is CellKind.Number or CellKind.Boolean
            || (Kind == CellKind.Text && TryNumber(Text, out number));
    }

    public bool TryBoolean(out double value)
    {
        value = Number;
        if (Kind == CellKind.Text)
        {
            value = IsOneOf("true", "t", "yes", "y", "1") ? 1 : 0;
            return value == 1 || IsOneOf("false", "f", "no", "n", "0");
        }

        return Kind == CellKind.Boolean || (Kind == CellKind.Number && Number is 0 or 1);
    }

    public bool TryTime(out double seconds)
    {
        seconds = Number;
        if (Kind != CellKind.Text)
        {
            return Kind == CellKind.Time;
        }

        // ISO 8601, or the same with slashes: what 01/02/2026 means depends on who reads it.
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        bool isYearFirst = Text.Length >= 10 && Text[4] is '-' or '/' && Text[7] == Text[4];
        if (!isYearFirst || !DateTimeOffset.TryParse(Text, CultureInfo.InvariantCulture, Utc, out DateTimeOffset time))
        {
            return false;
        }

        seconds = Seconds(time);
        return true;
    }

    /// <summary>Whether it is the word true or false (or yes or no): a boolean even where nothing says so.</summary>
    public bool IsBooleanWord => Kind == CellKind.Boolean || (Kind == CellKind.Text && IsOneOf("true", "false", "yes", "no"));

    // The parser that Sep brings rounds as the framework's does, in a fraction of the time. What it does not take as a whole the framework judges.
    private static bool TryNumber(ReadOnlySpan<char> text, out double number)
    {
        bool isWhole = FastDoubleParser.TryParseDouble(text, out int consumed, out number) && consumed == text.Length;
        return (isWhole && double.IsFinite(number))
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number));
    }

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private bool IsOneOf(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (Text.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
