namespace Microsoft.DurableTask.Client;

/// <summary>What a purge did.</summary>
/// <param name="count">Instances deleted.</param>
/// <param name="isComplete">Whether nothing that matched is left; <c>null</c> when unknown.</param>
public class PurgeResult(int count, bool? isComplete)
{
    /// <summary>Initializes a result of unknown completeness.</summary>
    public PurgeResult(int count)
        : this(count, isComplete: null)
    {
    }

    /// <summary>Instances deleted.</summary>
    public int PurgedInstanceCount { get; } = count >= 0 ? count : throw new ArgumentOutOfRangeException(nameof(count));

    /// <summary>Whether nothing that matched is left; <c>null</c> when unknown.</summary>
    public bool? IsComplete { get; } = isComplete;
}
