namespace DurableMl.Inference.Routing;

/// <summary>Models in a row, each fed by those before it: a preprocessor and a network, or a network cut in layers.</summary>
/// <param name="Steps">2 to 16 steps; the last one's outputs are the answer.</param>
public sealed record ChainRoute(IReadOnlyList<ChainStep> Steps) : Route
{
    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Steps.Select((step, i) => ($".steps[{i}].target", (ModelTarget?)step?.Target));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Steps.Count is < 2 or > 16)
        {
            yield return (".steps", "needs 2 to 16 steps.");
        }
    }
}
