namespace DurableMl.Inference.Routing;

/// <summary>
/// An A/B test: requests are divided among arms by weight. With a key the same key always gets the same arm; without one (or where a
/// request lacks it) requests are dealt so that any run of as many requests as the weights add up to is divided exactly.
/// </summary>
/// <param name="Arms">At least two arms, with at most 10,000 in weights.</param>
/// <param name="Key">What makes the choice stick.</param>
public sealed record SplitRoute(IReadOnlyList<SplitArm> Arms, TrafficKey? Key = null) : Route
{
    internal const int MaxWeight = 10_000;

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Arms.Select((arm, i) => ($".arms[{i}].target", (ModelTarget?)arm?.Target));

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() =>
        Arms.Skip(1).Select((arm, i) => ($".arms[{i + 1}].target", arm.Target, Arms[0].Target));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Arms.Count is < 2 or > 64)
        {
            yield return (".arms", "needs 2 to 64 arms.");
        }

        long total = 0;
        for (int i = 0; i < Arms.Count; i++)
        {
            int weight = Arms[i]?.Weight ?? -1;
            total += weight;
            if (weight is < 0 or > MaxWeight)
            {
                yield return ($".arms[{i}].weight", $"must be 0 to {MaxWeight}.");
            }
        }

        if (total is < 1 or > MaxWeight)
        {
            yield return (".arms", $"the weights must add up to 1 to {MaxWeight}.");
        }
    }
}
