namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Raw data and the dataset that is made of it.</summary>
/// <param name="Name">The dataset's name: the first folder in the <c>datasets</c> container.</param>
/// <param name="Format">The raw format; <c>idx</c> is the one there is.</param>
/// <param name="Source">Container and prefix of the raw blobs, such as <c>raw/mnist/</c>.</param>
/// <param name="Shards">Training shards, at least 1. The other splits get shards of about the same number of source examples.</param>
/// <param name="ValidationFraction">Share of the training examples of every class that is kept for validation, above 0 and at most 0.5.</param>
/// <param name="Seed">Decides which examples those are, and the order within a shard.</param>
public sealed record DatasetDefinition(string Name, string Format, string Source, int Shards, double ValidationFraction, long Seed);
