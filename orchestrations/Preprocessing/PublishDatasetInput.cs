namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What <see cref="PublishDataset"/> works on.</summary>
/// <param name="RunId">The run whose staging folder holds the shards.</param>
/// <param name="Fingerprint">The inputs' fingerprint.</param>
/// <param name="Manifest">The manifest.</param>
public sealed record PublishDatasetInput(string RunId, string Fingerprint, DatasetManifest Manifest);
