namespace DurableMl.Inference.Registry;

/// <summary>Whether rows of different callers may share a run of a version: decided once, before it is published, by trying it.</summary>
/// <param name="AcrossCallers">Whether they may.</param>
/// <param name="Because">What was seen, for people.</param>
public sealed record BatchingEvidence(bool AcrossCallers, string Because)
{
    /// <summary>What holds for a version that was published without a trial.</summary>
    public static BatchingEvidence None { get; } = new(false, "it was not tried when the version was published");
}
