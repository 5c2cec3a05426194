using System.Text.RegularExpressions;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>What is shipped with the application: jobs, a folder of <c>jobs/</c> each, and what nodes need besides. Safe for concurrent use.</summary>
public sealed partial class JobCatalog
{
    private const string JobsFolder = "jobs";
    private const string RunnerFolder = "runner";

    private readonly string root;

    /// <summary>Opens what is shipped.</summary>
    /// <param name="root">The folder with <c>jobs/</c>, <c>runner/</c> and what jobs share; null: <c>batch-jobs</c> beside the application.</param>
    public JobCatalog(string? root = null) => this.root = Path.GetFullPath(root ?? Path.Combine(AppContext.BaseDirectory, "batch-jobs"));

    /// <summary>The names of all shipped jobs, in order.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(Jobs)
        ? [.. Directory.EnumerateDirectories(Jobs).Where(d => File.Exists(Path.Combine(d, JobDefinition.File))).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    private string Jobs => Path.Combine(root, JobsFolder);

    /// <summary>Where a job's folder lies on a node, below the task's working directory, and below the catalog's folder.</summary>
    public static string FolderOf(string job) => $"{JobsFolder}/{job}";

    /// <summary>Whether a job may have this name.</summary>
    public static bool IsName(string job) => Name().IsMatch(job);

    /// <summary>Reads a shipped job's definition.</summary>
    /// <exception cref="InvalidJobException">There is no such job, or its definition is not valid.</exception>
    public JobDefinition Get(string job)
    {
        // Looked up among the folders that exist, so that no name can lead outside.
        if (!Names.Contains(job, StringComparer.Ordinal))
        {
            throw new InvalidJobException($"There is no job '{job}'; the jobs are {string.Join(", ", Names)}.");
        }

        return Read(job, File.ReadAllBytes(Path.Combine(Jobs, job, JobDefinition.File)));
    }

    /// <summary>Reads the definition of a job, shipped or not, which may include what is shipped.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="json">Its <c>job.json</c>.</param>
    /// <exception cref="InvalidJobException">The definition is not valid; the message says why.</exception>
    public JobDefinition Read(string job, ReadOnlyMemory<byte> json)
    {
        JobDefinition definition = JobDefinition.Read(job, json);
        string[] shared = Directory.Exists(root)
            ? [.. Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)).Where(folder => folder is not JobsFolder and not RunnerFolder)]
            : [];
        return definition.Includes.FirstOrDefault(folder => !shared.Contains(folder, StringComparer.Ordinal)) is { } missing
            ? throw new InvalidJobException($"The job.json of '{job}' includes '{missing}', which is no folder that jobs share; there are {string.Join(", ", shared)}.")
            : definition;
    }

    /// <summary>The files of a shipped job's own, as paths relative to the catalog's folder with forward slashes.</summary>
    /// <exception cref="InvalidJobException">There is no such job, or its definition is not valid.</exception>
    public IReadOnlyList<string> Files(string job) => FilesOf(FolderOf(Get(job).Name));

    /// <summary>The files that a node needs beside a job's own: what it includes, and the runner. Paths as those of <see cref="Files"/>.</summary>
    public IReadOnlyList<string> SharedFiles(JobDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return [.. definition.Includes.Append(RunnerFolder).SelectMany(FilesOf)];
    }

    /// <summary>The full path of one of these files.</summary>
    public string FullPath(string file) => Path.Combine(root, file);

    private IReadOnlyList<string> FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("__pycache__", StringComparison.Ordinal) && Path.GetExtension(path) is ".py" or ".sh" or ".json")
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
