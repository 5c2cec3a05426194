using System.Text.Json;
using DurableMl.Json;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>The jobs shipped with the application: a folder each, with a <c>job.json</c>. Safe for concurrent use.</summary>
public sealed class JobCatalog
{
    private const string DefinitionFile = "job.json";
    private const string RunnerFolder = "runner";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private readonly string root;

    /// <summary>Opens the jobs in a folder.</summary>
    /// <param name="root">The folder of job folders; null: <c>batch-jobs</c> beside the application.</param>
    public JobCatalog(string? root = null) => this.root = Path.GetFullPath(root ?? Path.Combine(AppContext.BaseDirectory, "batch-jobs"));

    /// <summary>The names of all jobs, in order.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(root)
        ? [.. Directory.EnumerateDirectories(root).Where(d => File.Exists(Path.Combine(d, DefinitionFile))).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a job's definition.</summary>
    /// <exception cref="InvalidJobException">There is no such job, or its definition is not valid.</exception>
    public JobDefinition Get(string job)
    {
        // Looked up among the folders that exist, so that no name can lead outside.
        if (!Names.Contains(job, StringComparer.Ordinal))
        {
            throw new InvalidJobException($"There is no job '{job}'; the jobs are {string.Join(", ", Names)}.");
        }

        if (StrictJson.Read<JobDefinition>(File.ReadAllBytes(Path.Combine(root, job, DefinitionFile)), Json, out IReadOnlyList<JsonProblem> problems) is not { } definition)
        {
            throw new InvalidJobException($"The job.json of '{job}' is not valid: {string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Reason}"))}.");
        }

        Validate(job, definition);
        return definition;
    }

    /// <summary>The files that a node needs for a job, as paths relative to the catalog's folder with forward slashes: the job, what it includes, the runner.</summary>
    /// <exception cref="InvalidJobException">There is no such job, or its definition is not valid.</exception>
    public IReadOnlyList<string> Files(string job) =>
    [
        .. Get(job).Includes.Append(job).Append(RunnerFolder)
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("__pycache__", StringComparison.Ordinal) && Path.GetExtension(path) is ".py" or ".sh" or ".json")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The full path of one of <see cref="Files"/>.</summary>
    public string FullPath(string file) => Path.Combine(root, file);

    private void Validate(string job, JobDefinition definition)
    {
        if (!string.Equals(definition.Name, job, StringComparison.Ordinal))
        {
            throw new InvalidJobException($"The job.json of '{job}' says its name is '{definition.Name}'; it must be the folder's name.");
        }

        if (definition.Command.Count == 0 || definition.Command.Any(string.IsNullOrEmpty))
        {
            throw new InvalidJobException($"The job.json of '{job}' has no command: give the program and its arguments.");
        }

        var known = Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)).ToHashSet(StringComparer.Ordinal);
        if (definition.Includes.FirstOrDefault(folder => !known.Contains(folder)) is { } missing)
        {
            throw new InvalidJobException($"The job.json of '{job}' includes '{missing}', which is no folder beside it.");
        }

        foreach (var (name, parameter) in definition.Parameters)
        {
            var reason = parameter.Default.ValueKind == JsonValueKind.Undefined ? "is missing" : parameter.Check(parameter.Default);
            if (reason is not null)
            {
                throw new InvalidJobException($"In the job.json of '{job}' the default of parameter '{name}' {reason}.");
            }
        }
    }
}
