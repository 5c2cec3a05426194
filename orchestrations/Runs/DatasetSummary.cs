using DurableMl.Orchestrations.Preprocessing;

namespace DurableMl.Orchestrations.Runs;

/// <summary>A run's dataset, in its status and output.</summary>
/// <param name="Name">The dataset.</param>
/// <param name="Version">Its version.</param>
/// <param name="Reused">Whether it was there already.</param>
/// <param name="Examples">Examples over all splits.</param>
/// <param name="Shards">Training shards.</param>
public sealed record DatasetSummary(string Name, string Version, bool Reused, long Examples, int Shards)
{
    /// <summary>Rows that are in two splits.</summary>
    public DatasetLeakage? Leakage { get; init; }

    /// <summary>The summary of a dataset.</summary>
    public static DatasetSummary Of(DatasetReference dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetSummary(dataset.Name, dataset.Version, dataset.Reused, dataset.Examples, dataset.Shards) { Leakage = dataset.Leakage };
    }
}
