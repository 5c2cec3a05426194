namespace DurableMl.Inference.Routing;

/// <summary>One arm of a split.</summary>
/// <param name="Target">The version that answers.</param>
/// <param name="Weight">Its share, relative to the other arms': 0 to 10,000.</param>
public sealed record SplitArm(ModelTarget Target, int Weight);
