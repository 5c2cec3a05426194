using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>A job that makes other files of a dataset's raw files, before anything else is done with them.</summary>
/// <param name="Job">The job: its name, or <c>name@sha256</c>.</param>
/// <param name="Parameters">Its parameters, by name.</param>
/// <param name="TimeLimit">How long an attempt may run on a node.</param>
public sealed record PreprocessingStep(string Job, IReadOnlyDictionary<string, JsonElement> Parameters, TimeSpan TimeLimit)
{
    private const int MostSteps = 10;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The sweep that it is run as, of one trial without an objective: it has a trial's retries and a sweep's clean-up.</summary>
    [JsonIgnore]
    public SweepDefinition Sweep => new(
        Job, Trials: 1, Seed: 0, Budget: 1, new ObjectiveDefinition("", ObjectiveGoal.Maximize),
        Parameters.ToDictionary(pair => pair.Key, pair => new ParameterDefinition(ParameterKind.Fixed, 0, 0, [pair.Value]), StringComparer.Ordinal),
        MaxFailedTrials: 0, Parallelism: 1, new RetryBudgets(Failures: 1, Preemptions: 3, Infrastructure: 5), TimeLimit, CheckpointSteps: null, Nodes: 1);

    internal static IReadOnlyList<PreprocessingStep> ReadAll(JsonObjectReader json)
    {
        var steps = new List<PreprocessingStep>();
        foreach ((JsonElement value, string path) in json.Items("steps", MostSteps, required: false))
        {
            JsonObjectReader step = json.Within(value, path);
            steps.Add(Read(step));
            step.RefuseTheRest();
        }

        return steps;
    }

    private static PreprocessingStep Read(JsonObjectReader json)
    {
        string job = json.Text("job", SweepReader.JobPattern, SweepReader.JobShape);
        json.OneOf("on", ["batch"], fallback: "batch");
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (json.Object("parameters", required: false) is { } given)
        {
            foreach (string name in given.Names.ToArray())
            {
                JsonElement value = given.Element(name, required: true)!.Value;
                if (value.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True or JsonValueKind.False)
                {
                    parameters[name] = value.Clone();
                }
                else
                {
                    given.Refuse(name, "must be a number, a string or a boolean");
                }
            }
        }

        return new PreprocessingStep(job, parameters, json.Duration("timeLimit", Minute, TimeSpan.FromDays(7), TimeSpan.FromHours(4)));
    }
}
