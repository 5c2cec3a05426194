namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>The names of the splits.</summary>
public static class DatasetSplits
{
    /// <summary>What trials train on.</summary>
    public const string Train = "train";

    /// <summary>What trials are compared on.</summary>
    public const string Validation = "validation";

    /// <summary>What the best trial is tested on, once.</summary>
    public const string Test = "test";

    /// <summary>All of them, in the manifest's order.</summary>
    public static IReadOnlyList<string> All { get; } = [Train, Validation, Test];
}
