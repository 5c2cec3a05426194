namespace DurableMl.BatchJobs.Outcomes;

/// <summary>A file that a trial left.</summary>
/// <param name="File">Its path below <c>output/</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its content's hash, in hexadecimal.</param>
public sealed record TrialOutput(string File, long Bytes, string Sha256);
