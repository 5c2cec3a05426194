namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>One file of a shard.</summary>
/// <param name="File">Its name in the version's folder.</param>
/// <param name="Shape">Its shape, rows first.</param>
/// <param name="Dtype">NumPy's name of its element type.</param>
/// <param name="Sha256">Its hash, in hexadecimal.</param>
public sealed record ShardFile(string File, IReadOnlyList<int> Shape, string Dtype, string Sha256);
