using System.Text.Json;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Inference.Json;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Checks a pipeline against the training jobs there are.</summary>
public static class PipelineCheck
{
    /// <summary>Everything that the job named in the sweep would refuse; empty when all is well.</summary>
    public static async Task<IReadOnlyList<PipelineError>> CheckAsync(PipelineDefinition pipeline, JobLibrary jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(jobs);
        try
        {
            return Check(pipeline, (await jobs.GetAsync(pipeline.Sweep.Job, cancellationToken)).Definition);
        }
        catch (InvalidJobException e)
        {
            return [new PipelineError("$.sweep.job", e.Message)];
        }
    }

    private static List<PipelineError> Check(PipelineDefinition pipeline, JobDefinition job)
    {
        var errors = new List<PipelineError>();
        foreach ((string name, ParameterDefinition definition) in pipeline.Sweep.Parameters)
        {
            string? reason = job.Parameters.TryGetValue(name, out JobParameter? parameter)
                ? Values(definition).Select(parameter.Check).FirstOrDefault(refusal => refusal is not null)
                : $"is not a parameter of {job.Name}; {Meant(name, job.Parameters.Keys, "it takes")}";
            if (reason is not null)
            {
                errors.Add(new PipelineError($"$.sweep.parameters.{name}", reason));
            }
        }

        string metric = pipeline.Sweep.Objective.Metric;
        if (job.Metrics.Count > 0 && !job.Metrics.Contains(metric, StringComparer.Ordinal))
        {
            errors.Add(new PipelineError("$.sweep.objective.metric", $"'{metric}' is not a metric that {job.Name} reports; {Meant(metric, job.Metrics, "it reports")}"));
        }

        if (pipeline.Sweep.Nodes > 1 && !job.Distributed)
        {
            errors.Add(new PipelineError("$.sweep.nodes", $"must be 1: {job.Name} does not train over several nodes"));
        }

        if (job.Distributed && pipeline.Sweep.Nodes > job.Nodes)
        {
            errors.Add(new PipelineError("$.sweep.nodes", $"must be at most {job.Nodes}, which is what {job.Name} allows"));
        }

        return errors;
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
