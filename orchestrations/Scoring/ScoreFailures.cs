using System.Globalization;
using DurableMl.Features.Tables;
using DurableMl.Orchestrations.Failures;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>An example that could not be scored, or a file of which none could.</summary>
/// <param name="File">Its container and name.</param>
/// <param name="Row">The row, from 1; null for the whole file.</param>
/// <param name="Reason">Why.</param>
public sealed record FailedExample(string File, long? Row, string Reason);

/// <summary>Why examples could not be scored.</summary>
/// <param name="Reason">What is wrong with all of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">Where the first is, and what was found there.</param>
public sealed record FailureCause(string Reason, long Count, string First);

/// <summary>The limit on what a scoring may leave out.</summary>
internal static class ScoreFailures
{
    private const int MostCauses = 3;
    private const int MostCharacters = 300;

    // Beyond the limit, so that the commonest cause shows and not only the first.
    private const int MostMore = 50;

    public static FailureCause Of(FaultyRow fault) =>
        new(Short(fault.Reason), 1, Short(fault.Found is null ? fault.Place : $"{fault.Place}: '{fault.Found}'"));

    /// <summary>The commonest causes, the commonest first.</summary>
    public static IReadOnlyList<FailureCause> Commonest(IEnumerable<FailureCause> causes) =>
    [
        .. causes.GroupBy(cause => cause.Reason, StringComparer.Ordinal)
            .Select(same => new FailureCause(same.Key, same.Sum(cause => cause.Count), same.First().First))
            .OrderByDescending(cause => cause.Count).ThenBy(cause => cause.Reason, StringComparer.Ordinal)
            .Take(MostCauses),
    ];

    /// <summary>Checks while more may come.</summary>
    /// <exception cref="PermanentFailureException">There are so many over the limit that the rest need not be looked at.</exception>
    public static void CheckSoFar(IReadOnlyCollection<FailureCause> failed, int limit)
    {
        if (failed.Count > limit + MostMore)
        {
            throw TooMany("At least ", failed.Count, limit, Commonest(failed));
        }
    }

    /// <summary>Checks all of them.</summary>
    /// <exception cref="PermanentFailureException">There are more than the limit.</exception>
    public static void Check(long failed, int limit, IReadOnlyList<FailureCause> causes)
    {
        if (failed > limit)
        {
            throw TooMany("", failed, limit, causes);
        }
    }

    private static PermanentFailureException TooMany(string atLeast, long failed, int limit, IReadOnlyList<FailureCause> causes)
    {
        string named = string.Join("; ", causes.Select(cause => string.Create(CultureInfo.InvariantCulture, $"{cause.Count} × {cause.Reason}, first at {cause.First}")));
        return new PermanentFailureException(string.Create(
            CultureInfo.InvariantCulture, $"{atLeast}{failed} rows or files cannot be scored, and maxFailedItems allows {limit}: {named}."));
    }

    private static string Short(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";
}
