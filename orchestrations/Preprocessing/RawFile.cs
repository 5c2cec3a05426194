namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>One raw IDX blob, as it was when the dataset was planned.</summary>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Compressed">Whether it is gzip.</param>
/// <param name="Dimensions">The sizes in its IDX header, the number of examples first.</param>
public sealed record RawFile(string Container, string Blob, string ETag, long Bytes, bool Compressed, IReadOnlyList<int> Dimensions);
