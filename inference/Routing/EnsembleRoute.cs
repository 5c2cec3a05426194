namespace DurableMl.Inference.Routing;

/// <summary>Several versions answer at the same time, and their outputs become one.</summary>
/// <param name="Members">2 to 16 versions with equal inputs and outputs.</param>
/// <param name="Combine">
/// <c>mean</c>: the mean of every floating-point output; <c>vote</c>: per row, the share of members whose highest score is the class;
/// <c>best</c>: per row, the outputs of the member that is surest; <c>first</c>: whoever answers first; or the name of a registered <see cref="IEnsembleStrategy"/>.
/// </param>
public sealed record EnsembleRoute(IReadOnlyList<ModelTarget> Members, string Combine) : Route
{
    /// <summary>The output with the scores that <c>vote</c> and <c>best</c> look at; null for the first.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Members.Select((member, i) => ($".members[{i}]", (ModelTarget?)member));

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() =>
        Members.Skip(1).Select((member, i) => ($".members[{i + 1}]", member, Members[0]));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Members.Count is < 2 or > 16)
        {
            yield return (".members", "needs 2 to 16 members.");
        }

        if (string.IsNullOrEmpty(Combine))
        {
            yield return (".combine", "must be mean, vote, best, first or a registered strategy.");
        }
    }
}
