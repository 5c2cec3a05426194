using System.Text.Json.Serialization;

namespace DurableMl.Inference.Routing;

/// <summary>How a request gets its answer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(VersionRoute), "version")]
[JsonDerivedType(typeof(SplitRoute), "split")]
[JsonDerivedType(typeof(CanaryRoute), "canary")]
[JsonDerivedType(typeof(EnsembleRoute), "ensemble")]
[JsonDerivedType(typeof(CascadeRoute), "cascade")]
[JsonDerivedType(typeof(ChainRoute), "chain")]
public abstract record Route
{
    internal abstract IEnumerable<(string Path, ModelTarget? Target)> Targets();

    /// <summary>Targets that must take and give what another of the route does, because a caller does not choose between them; with paths below the route.</summary>
    internal virtual IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() => [];

    /// <summary>What is wrong with it, as path below the route and reason.</summary>
    internal virtual IEnumerable<(string Path, string Reason)> Problems() => [];
}
