using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Json;
using DurableMl.Orchestrations.Sweeps;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Checks a pipeline against the training jobs there are.</summary>
public static class PipelineCheck
{
    /// <summary>Everything that the job named in the sweep would refuse; empty when all is well.</summary>
    public static async Task<IReadOnlyList<PipelineError>> CheckAsync(PipelineDefinition pipeline, JobLibrary jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var errors = new List<PipelineError>();
        foreach ((int number, PreprocessingStep step) in pipeline.Dataset.Steps.Index())
        {
            errors.AddRange(await CheckAsync(step.Sweep, string.Create(CultureInfo.InvariantCulture, $"$.dataset.steps[{number}]"), jobs, cancellationToken));
        }

        errors.AddRange(await CheckAsync(pipeline.Sweep, "$.sweep", jobs, cancellationToken));
        return errors;
    }

    /// <summary>Everything that a sweep's job would refuse of it; empty when all is well.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="jobs">The jobs there are.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    internal static async Task<IReadOnlyList<PipelineError>> CheckAsync(SweepDefinition sweep, string path, JobLibrary jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        try
        {
            return Check(sweep, path, (await jobs.GetAsync(sweep.Job, cancellationToken)).Definition);
        }
        catch (InvalidJobException e)
        {
            return [new PipelineError($"{path}.job", e.Message)];
        }
    }

    private static List<PipelineError> Check(SweepDefinition sweep, string path, JobDefinition job)
    {
        var errors = new List<PipelineError>();
        foreach ((string name, ParameterDefinition definition) in sweep.Parameters)
        {
            string? reason = job.Parameters.TryGetValue(name, out JobParameter? parameter)
                ? Values(definition).Select(parameter.Check).FirstOrDefault(refusal => refusal is not null)
                : $"is not a parameter of {job.Name}; {Meant(name, job.Parameters.Keys, "it takes")}";
            if (reason is null && parameter is { Mutable: false } && sweep.Scheduler is { Type: SchedulerKind.Pbt } && new Dimension(name, definition).Count != 1)
            {
                string[] mutable = [.. job.Parameters.Where(other => other.Value.Mutable).Select(other => other.Key).Order(StringComparer.Ordinal)];
                reason = $"must be fixed with the scheduler pbt, or have \"mutable\": true in the job.json of {job.Name}, which does not let it change between a checkpoint and its continuation; "
                    + (mutable.Length > 0 ? $"it lets {string.Join(", ", mutable)}" : "it lets none");
            }

            if (reason is not null)
            {
                errors.Add(new PipelineError($"{path}.parameters.{name}", reason));
            }
        }

        foreach ((string member, string? metric) in ((string, string?)[])[("objective", sweep.Objective.Metric), ("secondObjective", sweep.Second?.Metric)])
        {
            if (metric is { Length: > 0 } && job.Metrics.Count > 0 && !job.Metrics.Contains(metric, StringComparer.Ordinal))
            {
                errors.Add(new PipelineError($"{path}.{member}.metric", $"'{metric}' is not a metric that {job.Name} reports; {Meant(metric, job.Metrics, "it reports")}"));
            }
        }

        if (sweep.Nodes > 1 && !job.Distributed)
        {
            errors.Add(new PipelineError($"{path}.nodes", $"must be 1: {job.Name} does not train over several nodes"));
        }

        if (job.Distributed && sweep.Nodes > job.Nodes)
        {
            errors.Add(new PipelineError($"{path}.nodes", $"must be at most {job.Nodes}, which is what {job.Name} allows"));
        }

        return errors;
    }

    /// <summary>Values that a person gives for a trial and that the sweep's job would refuse.</summary>
    public static async Task<IEnumerable<PipelineError>> CheckAsync(SweepDecision decision, SweepDefinition sweep, JobLibrary jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(jobs);
        JobDefinition job = (await jobs.GetAsync(sweep.Job, cancellationToken)).Definition;
        return from given in decision.Parameters ?? ReadOnlyDictionary<string, JsonElement>.Empty
               where job.Parameters.ContainsKey(given.Key)
               let reason = job.Parameters[given.Key].Check(given.Value)
               where reason is not null
               select new PipelineError(NearestName.Path("$.parameters", given.Key), reason);
    }

    private static string Meant(string name, IEnumerable<string> known, string verb) =>
        NearestName.Of(name, known) is { } meant ? $"did you mean '{meant}'?" : $"{verb} {string.Join(", ", known.Order(StringComparer.Ordinal))}";

    /// <summary>Values that stand for all that the definition may draw: the bounds of a range, every choice.</summary>
    private static IEnumerable<JsonElement> Values(ParameterDefinition definition) => definition.Type switch
    {
        ParameterKind.Choice or ParameterKind.Fixed => definition.Values,
        ParameterKind.Int => [JsonSerializer.SerializeToElement((long)definition.Min), JsonSerializer.SerializeToElement((long)definition.Max)],
        ParameterKind.Quantized => [Number(definition.Min), Number(definition.Min + definition.Step), Number(definition.Max)],
        // A fraction between the bounds: a job that takes integers only must refuse a range of reals.
        _ => [Number(definition.Min), Number(definition.Max), Number(definition.Min + ((definition.Max - definition.Min) / Math.PI))],
    };

    private static JsonElement Number(double value) => JsonSerializer.SerializeToElement(value);
}
