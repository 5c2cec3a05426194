namespace DurableMl.Orchestrations.Importing;

/// <summary>What <see cref="PrepareImport"/> has put aside.</summary>
/// <param name="DatasetVersion">The version of the dataset <see cref="PrepareImport.Dataset"/> that holds the files: a hash of their hashes.</param>
/// <param name="Files">The files.</param>
public sealed record PreparedImport(string DatasetVersion, IReadOnlyList<ImportFile> Files);
