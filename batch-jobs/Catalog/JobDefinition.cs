using System.Text.Json;
using DurableMl.Json;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>A training job as its <c>job.json</c> describes it.</summary>
public sealed class JobDefinition
{
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

    /// <summary>Other folders of <c>batch-jobs/</c> that travel with it.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>The hyperparameters it takes, by name.</summary>
    public IReadOnlyDictionary<string, JobParameter> Parameters { get; init; } = new Dictionary<string, JobParameter>(StringComparer.Ordinal);

    /// <summary>The metrics it reports at the end of every epoch; empty where it does not say. A sweep's objective must be one of them.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

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
}
