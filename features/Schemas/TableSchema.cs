using System.Text.Json.Serialization;

namespace DurableMl.Features.Schemas;

/// <summary>What a column means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnType>))]
public enum ColumnType
{
    /// <summary>A number.</summary>
    [JsonStringEnumMemberName("numeric")]
    Numeric,

    /// <summary>One of some values, which have no order.</summary>
    [JsonStringEnumMemberName("categorical")]
    Categorical,

    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("boolean")]
    Boolean,

    /// <summary>A point in time: ISO 8601, UTC where it does not say.</summary>
    [JsonStringEnumMemberName("datetime")]
    DateTime,

    /// <summary>Words.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>Not read.</summary>
    [JsonStringEnumMemberName("ignored")]
    Ignored,

    /// <summary>Any number of labels: a list, or a text that separates them. Of targets only.</summary>
    [JsonStringEnumMemberName("labels")]
    Labels,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">Its name, as the file has it.</param>
/// <param name="Type">What it means.</param>
public sealed record ColumnSchema(string Name, ColumnType Type);

/// <summary>The columns of a table and what stands for a missing value.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Missing">Texts that mean that there is no value, such as <c>NA</c>; case matters.</param>
public sealed record TableSchema(IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> Missing)
{
    /// <summary>What means a missing value where nothing else is said.</summary>
    public static IReadOnlyList<string> UsualMissing { get; } = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];

    /// <summary>What stands between labels of one text.</summary>
    public string LabelSeparator { get; init; } = LabelSet.UsualSeparator;

    /// <summary>How files of separated text are written where it is not as usual; null: as usual.</summary>
    public TextForm? Form { get; init; }

    /// <summary>The columns that are read.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Read => Columns.Where(column => column.Type != ColumnType.Ignored);
}

/// <summary>How separated text is written, where its first line does not say it.</summary>
/// <param name="SkipLines">Lines before the header, or before the first row, that are passed over.</param>
/// <param name="Separator">What stands between values; null: what the first line shows, or a tab where the file's name says so.</param>
/// <param name="Header">The columns' names where no line has them, an empty one for a column that is passed over; none at all: columns are called 1, 2, 3 …; null: the first line names them.</param>
/// <param name="Quotes">Whether quotation marks around a value belong to how it is written; false: they are part of it.</param>
public sealed record TextForm(int SkipLines = 0, char? Separator = null, IReadOnlyList<string>? Header = null, bool Quotes = true)
{
    /// <summary>Whether a file can be read in pieces: the first line is a header that each can repeat, and quotation marks tell where rows end.</summary>
    [JsonIgnore]
    public bool CanBeCut => SkipLines == 0 && Header is null && Quotes;
}

/// <summary>Labels of one row as one text: different ones, in ordinal order.</summary>
public static class LabelSet
{
    /// <summary>What separates labels in files where nothing else is said.</summary>
    public const string UsualSeparator = ";";

    // No text that a person writes holds ASCII's unit separator.
    private const char Unit = '\u001F';

    /// <summary>The text of some labels; empty for none.</summary>
    public static string Join(IEnumerable<string> labels) => string.Join(Unit, labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The labels of a text that <see cref="Join"/> made.</summary>
    public static string[] Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(Unit, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Whether a label can be told from others.</summary>
    internal static bool IsLabel(string label, string separator) => label.Length > 0 && !label.Contains(Unit) && !label.Contains(separator, StringComparison.Ordinal);

    internal static string JoinItems(IEnumerable<string> items) => string.Join(Unit, items);
}
