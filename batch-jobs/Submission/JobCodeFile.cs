namespace DurableMl.BatchJobs.Submission;

/// <summary>One file of a run's code.</summary>
/// <param name="Path">Where it lies on the node, below the task's working directory.</param>
/// <param name="Sha256">Its content's hash, in hexadecimal.</param>
public sealed record JobCodeFile(string Path, string Sha256);
