namespace DurableMl.Features.Tables;

/// <summary>How a file holds a table.</summary>
public enum TableFormat
{
    /// <summary>Comma-, semicolon- or bar-separated text with a header (RFC 4180); the header shows the separator.</summary>
    Csv,

    /// <summary>Tab-separated text with a header.</summary>
    Tsv,

    /// <summary>One JSON array of objects.</summary>
    Json,

    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>What a file's name says of its format.</summary>
/// <param name="Format">The format.</param>
/// <param name="Compressed">Whether it is gzip, by the ending <c>.gz</c>.</param>
public readonly record struct TableFileType(TableFormat Format, bool Compressed)
{
    private const string Gzip = ".gz";

    /// <summary>The endings that are known, for messages.</summary>
    public const string Endings = ".csv, .tsv, .json, .jsonl, .ndjson (each also with .gz) and .parquet";

    /// <summary>The type that a name stands for; null where its ending says nothing.</summary>
    public static TableFileType? Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool compressed = name.EndsWith(Gzip, StringComparison.OrdinalIgnoreCase);
        string bare = compressed ? name[..^Gzip.Length] : name;
        TableFormat? format = bare[(bare.LastIndexOf('.') + 1)..].ToLowerInvariant() switch
        {
            "csv" => TableFormat.Csv,
            "tsv" => TableFormat.Tsv,
            "json" => TableFormat.Json,
            "jsonl" or "ndjson" => TableFormat.JsonLines,
            // Parquet compresses by itself, and is read from its end.
            "parquet" when !compressed => TableFormat.Parquet,
            _ => null,
        };
        return format is { } known ? new TableFileType(known, compressed) : null;
    }
}
