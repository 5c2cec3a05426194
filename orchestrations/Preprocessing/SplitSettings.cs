using DurableMl.Features.Splits;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>How examples were divided.</summary>
/// <param name="ValidationFraction">The share for validation; of <c>idx</c>, of every class of the training files.</param>
/// <param name="Seed">The seed of the choice and of the order within shards.</param>
public sealed record SplitSettings(double ValidationFraction, long Seed)
{
    /// <summary>The share for the test, where it has no files of its own.</summary>
    public double? TestFraction { get; init; }

    /// <summary>What decided, for a table.</summary>
    public SplitBy? By { get; init; }

    /// <summary>The column that decided.</summary>
    public string? Column { get; init; }
}
