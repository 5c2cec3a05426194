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

    /// <summary>The columns that are read.</summary>
    [JsonIgnore]
    public IEnumerable<ColumnSchema> Read => Columns.Where(column => column.Type != ColumnType.Ignored);
}
