using System.Text.Json.Serialization;

namespace DurableMl.Features.Splits;

/// <summary>What decides in which split a row comes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SplitBy>))]
public enum SplitBy
{
    /// <summary>A hash of the row: about the fractions asked for.</summary>
    [JsonStringEnumMemberName("fraction")]
    Fraction,

    /// <summary>A hash of the row, with the same fractions of every class.</summary>
    [JsonStringEnumMemberName("stratified")]
    Stratified,

    /// <summary>A hash of a column's value: rows with the same value stay together.</summary>
    [JsonStringEnumMemberName("group")]
    Group,

    /// <summary>A datetime column: the newest rows are the test split, those before them the validation split.</summary>
    [JsonStringEnumMemberName("time")]
    Time,
}

/// <summary>How rows are divided. Equal rows always come into the same split, whatever the files and their order.</summary>
/// <param name="By">What decides.</param>
/// <param name="Column">The column of <see cref="SplitBy.Group"/> and <see cref="SplitBy.Time"/>, the target of
/// <see cref="SplitBy.Stratified"/>; null otherwise.</param>
/// <param name="Validation">The share for validation, 0 to 0.9.</param>
/// <param name="Test">The share for the test, 0 to 0.9; with <paramref name="Validation"/> below 1.</param>
/// <param name="Seed">Another one gives another division.</param>
public sealed record SplitRule(SplitBy By, string? Column, double Validation, double Test, long Seed)
{
    /// <summary>Whether all rows' keys must be known before any row's split is.</summary>
    [JsonIgnore]
    public bool NeedsKeys => By is SplitBy.Stratified or SplitBy.Time;
}

/// <summary>A part of a dataset.</summary>
public enum Split
{
    /// <summary>What is trained on.</summary>
    Train,

    /// <summary>What trials are compared on.</summary>
    Validation,

    /// <summary>What the best trial is tested on.</summary>
    Test,
}

/// <summary>Where the splits of a class end: the keys up to the first bound are the test's, those up to the second validation's.</summary>
/// <param name="Test">The test's highest key; null for none.</param>
/// <param name="Validation">The validation split's highest key; null for none beyond the test's.</param>
public sealed record SplitBounds(ulong? Test, ulong? Validation)
{
    /// <summary>The split of a key.</summary>
    public Split Of(ulong key) => key <= Test ? Split.Test : key <= Validation ? Split.Validation : Split.Train;
}
