namespace DurableMl.BatchJobs.Submission;

/// <summary>The exact code that a run trains with, as stored under <c>runs/{runId}/code/</c>.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Image">The job's own container image, or null.</param>
/// <param name="Files">Every file that a node gets.</param>
/// <param name="Sha256">Over the paths and hashes of all files: the code's version, for lineage.</param>
/// <param name="OwnImage">Whether it needs an image of its own, not the one for training.</param>
public sealed record JobCode(string Job, IReadOnlyList<string> Command, string? Image, IReadOnlyList<JobCodeFile> Files, string Sha256, bool OwnImage = false);
