using System.Text.Json;
using DurableMl.Json;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>A training job as its <c>job.json</c> describes it.</summary>
public sealed class JobDefinition
{
    /// <summary>The file in a job's folder that describes it.</summary>
    public const string File = "job.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>What it trains, in a sentence.</summary>
    public string? Description { get; init; }

    /// <summary>The program and its arguments, started in the job's folder without a shell.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The container image it runs in where the settings name none; null: on the node itself.</summary>
    public string? Image { get; init; }

    /// <summary>True if it needs packages that an image for training does not have: the setting <c>Batch__ContainerImage</c> is not for it.</summary>
    public bool OwnImage { get; init; }

    /// <summary>What it needs of a GPU.</summary>
    public GpuRequirement Gpu { get; init; } = GpuRequirement.None;

    /// <summary>True if one trial may train over several nodes (torch.distributed).</summary>
    public bool Distributed { get; init; }

    /// <summary>The Batch pool whose nodes it needs, for their VM size or GPU, spot or not; null: those of the settings.</summary>
    public string? Pool { get; init; }

    /// <summary>The most nodes that a trial may train on, at least 1, for a job that is distributed; null: any number.</summary>
    public int? Nodes { get; init; }

    /// <summary>The longest that one attempt may run, whatever the pipeline allows, as <c>hh:mm:ss</c>; null: as long as the pipeline says.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Folders of <c>batch-jobs/</c> that jobs share and that travel with it.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>The hyperparameters it takes, by name.</summary>
    public IReadOnlyDictionary<string, JobParameter> Parameters { get; init; } = new Dictionary<string, JobParameter>(StringComparer.Ordinal);

    /// <summary>The metrics it reports at the end of every epoch; empty where it does not say. A sweep's objective must be one of them.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Reads a definition and checks that it holds together.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="json">Its <c>job.json</c>.</param>
    /// <exception cref="InvalidJobException">It does not; the message says why.</exception>
    internal static JobDefinition Read(string job, ReadOnlyMemory<byte> json)
    {
        if (StrictJson.Read<JobDefinition>(json, Json, out IReadOnlyList<JsonProblem> problems) is not { } definition)
        {
            throw new InvalidJobException($"The job.json of '{job}' is not valid: {string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Reason}"))}.");
        }

        return definition.Problem(job) is { } problem ? throw new InvalidJobException(problem) : definition;
    }

    /// <summary>Says why the job would refuse these parameters: a reason by parameter name, empty if it would take them.</summary>
    public IReadOnlyDictionary<string, string> Check(IReadOnlyDictionary<string, JsonElement> parameters)
    {
        var reasons = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            var reason = Parameters.TryGetValue(name, out var parameter)
                ? parameter.Check(value)
                : $"is not a parameter of {Name}; "
                    + (NearestName.Of(name, Parameters.Keys) is { } meant ? $"did you mean '{meant}'?" : $"it takes {string.Join(", ", Parameters.Keys.Order(StringComparer.Ordinal))}");
            if (reason is not null)
            {
                reasons[name] = reason;
            }
        }

        return reasons;
    }

    private string? Problem(string job)
    {
        if (!string.Equals(Name, job, StringComparison.Ordinal))
        {
            return $"The job.json of '{job}' says its name is '{Name}'; it must be the folder's name.";
        }

        if (Command.Count == 0 || Command.Any(string.IsNullOrEmpty))
        {
            return $"The job.json of '{job}' has no command: give the program and its arguments.";
        }

        if (Nodes is < 1 || (Nodes > 1 && !Distributed))
        {
            return $"The job.json of '{job}' says nodes {Nodes}: it must be at least 1, and more only where distributed is true.";
        }

        if (TimeLimit <= TimeSpan.Zero)
        {
            return $"The job.json of '{job}' has a timeLimit of {TimeLimit}; give a time such as \"01:30:00\".";
        }

        foreach (var (name, parameter) in Parameters)
        {
            var reason = parameter.Default.ValueKind == JsonValueKind.Undefined ? "is missing" : parameter.Check(parameter.Default);
            if (reason is not null)
            {
                return $"In the job.json of '{job}' the default of parameter '{name}' {reason}.";
            }
        }

        return null;
    }
}
