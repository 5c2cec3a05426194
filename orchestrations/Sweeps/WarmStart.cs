using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What earlier sweeps have to say to a later one: observations for its sampler, or a space that lies around their best.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WarmStart(BlobServiceClient blobs)
{
    /// <summary>Observations that are taken over, at most: a sweep carries them along.</summary>
    public const int MostObservations = 500;

    private const double BestShare = 0.2;
    private const int LeastBest = 3;
    private const double Margin = 0.1;

    private readonly RunRecords records = new(blobs);

    /// <summary>What the trials of the sweep's earlier runs came to that lie in its space. Parameters that it does not have are left out.</summary>
    /// <exception cref="PermanentFailureException">There is no such run, it has not ended, or it sought something else.</exception>
    public async Task<IReadOnlyList<SeenTrial>> ObservationsAsync(SweepDefinition sweep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var space = new SearchSpace(sweep.Parameters);
        var found = new List<SeenTrial>();
        foreach (string run in sweep.WarmStart)
        {
            PipelineDefinition? pipeline = await records.PipelineAsync(run, cancellationToken);
            RunOutput? report = pipeline is null ? null : await records.ReportAsync(run, cancellationToken);
            if (report is null)
            {
                throw new PermanentFailureException($"sweep.warmStart: {(pipeline is null ? $"there is no run '{run}'" : $"the run '{run}' has not ended")}.");
            }

            if (pipeline!.Sweep.Objective != sweep.Objective || pipeline.Sweep.Second != sweep.Second)
            {
                throw new PermanentFailureException($"sweep.warmStart: the run '{run}' had another objective, {pipeline.Sweep.Objective.Metric}, so what its trials came to cannot be compared.");
            }

            found.AddRange(report.Trials.Select(trial => Observation(trial, space)).OfType<SeenTrial>());
        }

        // The best, and of the rest the first: a sampler learns from bad ones, too.
        SeenTrial[] best = [.. found.OrderBy(one => ParetoFront.Cost(one.Objective!.Value, sweep.Objective.Goal)).Take(MostObservations / 4)];
        return found.Count <= MostObservations ? found : [.. best.Concat(found).Distinct<SeenTrial>(ReferenceEqualityComparer.Instance).Take(MostObservations)];
    }

    /// <summary>
    /// The pipeline of a run that has ended, with a space that lies around its best trials, a fifth of those that completed: for each ordered parameter
    /// what they span, and a tenth of the whole on either side; of a choice on which nothing depends the values that they have. Its sampler, where it
    /// learns, begins with what the run has seen.
    /// </summary>
    /// <returns>The pipeline; null where there is no such run, or none that was given as a pipeline of today's form.</returns>
    /// <exception cref="PermanentFailureException">It has not ended, or too few trials have completed.</exception>
    public async Task<JsonObject?> NarrowAsync(string runId, CancellationToken cancellationToken)
    {
        if (!RunIds.IsValid(runId) || await PipelineJsonAsync(runId, cancellationToken) is not { } json
            || PipelineReader.Read(JsonSerializer.SerializeToUtf8Bytes(json)).Definition?.Sweep is not { } sweep)
        {
            return null;
        }

        RunOutput report = await records.ReportAsync(runId, cancellationToken) ?? throw new PermanentFailureException($"The run '{runId}' has not ended.");
        TrialSummary[] ranked =
        [
            .. report.Trials.Where(trial => trial is { State: TrialState.Completed, Objective: { } objective, Parameters: not null } && double.IsFinite(objective))
                .OrderBy(trial => ParetoFront.Cost(trial.Objective!.Value, sweep.Objective.Goal)),
        ];
        if (ranked.Length < LeastBest)
        {
            throw new PermanentFailureException($"Only {ranked.Length} trials of '{runId}' have completed; {LeastBest} are needed to tell where the best lie.");
        }

        TrialSummary[] best = [.. ranked.Take(Math.Max(LeastBest, (int)Math.Ceiling(BestShare * ranked.Length)))];
        JsonObject written = json["sweep"]!.AsObject();
        foreach (Dimension dimension in new SearchSpace(sweep.Parameters).Dimensions.Where(dimension => dimension.Count != 1))
        {
            JsonElement[] values = [.. best.Where(trial => trial.Parameters!.ContainsKey(dimension.Name)).Select(trial => trial.Parameters![dimension.Name]).Where(value => dimension.Refusal(value) is null)];
            bool isCondition = sweep.Parameters.Values.Any(other => other.When?.ContainsKey(dimension.Name) == true);
            if (values.Length > 0 && !isCondition)
            {
                Narrow(written["parameters"]![dimension.Name]!.AsObject(), dimension, values);
            }
        }

        if (sweep.Sampler.Learns)
        {
            written["warmStart"] = new JsonArray([.. sweep.WarmStart.Append(runId).Distinct(StringComparer.Ordinal).TakeLast(SweepDefinition.MostWarmStarts).Select(run => JsonValue.Create(run))]);
        }

        return json;
    }

    private static void Narrow(JsonObject parameter, Dimension dimension, JsonElement[] values)
    {
        if (!dimension.IsOrdered)
        {
            parameter["values"] = new JsonArray([.. dimension.Definition.Values.Where(value => values.Any(one => JsonElement.DeepEquals(one, value))).Select(value => JsonSerializer.SerializeToNode(value))]);
            return;
        }

        double[] places = [.. values.Select(dimension.Unit)];
        JsonElement low = dimension.At(Math.Max(0, places.Min() - Margin)), high = dimension.At(Math.Min(1, places.Max() + Margin));
        if (low.GetDouble() < high.GetDouble())
        {
            parameter["min"] = JsonSerializer.SerializeToNode(low);
            parameter["max"] = JsonSerializer.SerializeToNode(high);
        }
    }

    private static SeenTrial? Observation(TrialSummary trial, SearchSpace space)
    {
        if (trial is not { State: TrialState.Completed or TrialState.Stopped, Objective: { } objective, Parameters: { } parameters } || !double.IsFinite(objective))
        {
            return null;
        }

        bool fits = true;
        IReadOnlyDictionary<string, JsonElement> point = space.Point(i =>
        {
            Dimension dimension = space.Dimensions[i];
            if (parameters.TryGetValue(dimension.Name, out JsonElement value) && dimension.Refusal(value) is null)
            {
                return value;
            }

            // What is fixed now may not have been a parameter then; anything else would be a guess.
            fits &= dimension.Count == 1 && !parameters.ContainsKey(dimension.Name);
            return dimension.At(0);
        });
        return fits ? new SeenTrial(point, objective) { Second = trial.Second } : null;
    }

    private async Task<JsonObject?> PipelineJsonAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            BinaryData json = (await blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.Pipeline(runId)).DownloadContentAsync(cancellationToken)).Value.Content;
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
