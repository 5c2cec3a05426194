namespace DurableMl.Inference.Routing;

/// <summary>One version answers.</summary>
/// <param name="Target">Which.</param>
public sealed record VersionRoute(ModelTarget Target) : Route
{
    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => [(".target", Target)];
}
