namespace DurableMl.BatchJobs.Submission;

/// <summary>The exact code that a run trains with, as stored under <c>runs/{runId}/code/</c>.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Image">The job's own container image, or null.</param>
/// <param name="Files">Every file that a node gets.</param>
/// <param name="Sha256">The hash of all files' hashes: the code's version, for lineage.</param>
/// <param name="OwnImage">Whether it needs an image of its own, not the one for training.</param>
/// <param name="Pool">The Batch pool it needs; null: that of the settings.</param>
/// <param name="TimeLimit">The longest that an attempt may run, whatever the pipeline allows; null: as long as that says.</param>
/// <param name="Version">The job's version, that of its own files.</param>
public sealed record JobCode(
    string Job, IReadOnlyList<string> Command, string? Image, IReadOnlyList<JobCodeFile> Files, string Sha256,
    bool OwnImage = false, string? Pool = null, TimeSpan? TimeLimit = null, string? Version = null)
{
    /// <summary>
    /// The hash of the zip file that holds all files, which the node checks before it runs any. Null for a run that was begun when nodes got file by file.
    /// </summary>
    public string? ArchiveSha256 { get; init; }

    /// <summary>Every file with its hash, a line each, as <c>sha256sum</c> writes them.</summary>
    internal static string ManifestOf(IEnumerable<JobCodeFile> files) => string.Join('\n', files.Select(f => $"{f.Sha256}  {f.Path}"));
}

/// <summary>One file of a run's code.</summary>
/// <param name="Path">Where it lies on the node, below the task's working directory.</param>
/// <param name="Sha256">Its content's hash, in hexadecimal.</param>
public sealed record JobCodeFile(string Path, string Sha256);
