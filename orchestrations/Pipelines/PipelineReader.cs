using System.Text.Json;
using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>
/// Reads pipelines from JSON, strictly: unknown and duplicate members, wrong types and values out of range are errors, and all of them
/// are reported at once.
/// </summary>
public static partial class PipelineReader
{
    /// <summary>The longest document that is read, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Reads one pipeline.</summary>
    /// <param name="utf8">The JSON document in UTF-8.</param>
    public static PipelineReading Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            return Failed(new PipelineError("$", $"is {utf8.Length} bytes long; a pipeline has at most {MaxBytes}"));
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, Strict);
            var errors = new List<PipelineError>();
            PipelineDefinition definition = Pipeline(new JsonObjectReader(document.RootElement, "$", errors));
            return errors.Count == 0 ? new PipelineReading(definition, []) : new PipelineReading(null, errors);
        }
        catch (JsonException e)
        {
            return Failed(new PipelineError("$", $"is not valid JSON: {e.Message}"));
        }
    }

    private static PipelineReading Failed(PipelineError error) => new(null, [error]);

    private static PipelineDefinition Pipeline(JsonObjectReader json)
    {
        string name = Name(json, "name");
        DatasetDefinition dataset = json.Object("dataset") is { } d ? Dataset(d) : new DatasetDefinition("", "idx", "", 1, 0.1, 0);
        SweepDefinition sweep = json.Object("sweep") is { } s ? Sweep(s) : Empty;
        EvaluationDefinition evaluate = json.Object("evaluate", required: false) is { } e ? Evaluation(e) : new EvaluationDefinition(null);
        ApprovalDefinition? approve = json.Object("approve", required: false) is { } a ? Approval(a) : null;
        PublicationDefinition publish = json.Object("publish") is { } p ? Publication(p) : new PublicationDefinition("", null);
        json.RefuseTheRest();
        return new PipelineDefinition(name, dataset, sweep, evaluate, approve, publish);
    }

    private static SweepDefinition Empty { get; } = new(
        "", 1, 0, 1, new ObjectiveDefinition("", ObjectiveGoal.Maximize), new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal),
        0, 1, new RetryBudgets(0, 0, 0), Second, null, 1);

    private static DatasetDefinition Dataset(JsonObjectReader json)
    {
        var dataset = new DatasetDefinition(
            Name(json, "name"),
            json.OneOf("format", ["idx"]),
            json.Text("source", SourcePattern, "a container and a folder that ends in '/', such as raw/mnist/"),
            (int)json.Integer("shards", 1, 256, fallback: 8),
            json.Number("validationFraction", required: false, 0.001, 0.5) ?? 0.1,
            json.Integer("seed", 0, long.MaxValue, fallback: 0));
        json.RefuseTheRest();
        return dataset;
    }

    private static SweepDefinition Sweep(JsonObjectReader json)
    {
        string job = Name(json, "job");
        var trials = (int)json.Integer("trials", 1, 1000);
        var sweep = new SweepDefinition(
            job,
            trials,
            json.Integer("seed", 0, long.MaxValue, fallback: 0),
            (int)json.Integer("budget", 1, 1_000_000),
            json.Object("objective") is { } objective ? Objective(objective) : Empty.Objective,
            json.Object("parameters", required: false) is { } parameters ? Parameters(parameters) : Empty.Parameters,
            (int)json.Integer("maxFailedTrials", 0, 1000, fallback: trials / 2),
            (int)json.Integer("parallelism", 1, 200, fallback: Math.Min(trials, 8)),
            json.Object("retries", required: false) is { } retries ? Retries(retries) : new RetryBudgets(1, 3, 5),
            json.Duration("timeLimit", Second, TimeSpan.FromDays(7), fallback: TimeSpan.FromHours(24)),
            json.Has("checkpointSteps") ? (int)json.Integer("checkpointSteps", 1, 1_000_000) : null,
            (int)json.Integer("nodes", 1, 100, fallback: 1));
        json.RefuseTheRest();
        return sweep;
    }

    private static ObjectiveDefinition Objective(JsonObjectReader json)
    {
        string metric = json.Text("metric", MetricPattern, "a metric's name: letters, digits, '_', '.', '-', at most 64");
        ObjectiveGoal? goal = json.Has("goal")
            ? json.OneOf("goal", ["maximize", "minimize"]) == "minimize" ? ObjectiveGoal.Minimize : ObjectiveGoal.Maximize
            : MetricGoals.Of(metric);
        if (goal is null)
        {
            json.Refuse("goal", $"is required: \"maximize\" or \"minimize\"; the name '{metric}' does not say which is better");
        }

        json.RefuseTheRest();
        return new ObjectiveDefinition(metric, goal ?? ObjectiveGoal.Maximize);
    }

    private static RetryBudgets Retries(JsonObjectReader json)
    {
        var retries = new RetryBudgets(
            (int)json.Integer("failures", 0, 20, fallback: 1),
            (int)json.Integer("preemptions", 0, 100, fallback: 3),
            (int)json.Integer("infrastructure", 0, 100, fallback: 5));
        json.RefuseTheRest();
        return retries;
    }

    private static EvaluationDefinition Evaluation(JsonObjectReader json)
    {
        var evaluation = new EvaluationDefinition(json.Number("minimum", required: false, 0, 1));
        json.RefuseTheRest();
        return evaluation;
    }

    private static ApprovalDefinition Approval(JsonObjectReader json)
    {
        var approval = new ApprovalDefinition(
            json.Duration("deadline", Second, TimeSpan.FromDays(30)),
            json.OneOf("default", ["reject", "approve"], fallback: "reject") == "approve");
        json.RefuseTheRest();
        return approval;
    }

    private static PublicationDefinition Publication(JsonObjectReader json)
    {
        string model = Name(json, "model");
        string? alias = json.Has("alias") ? Name(json, "alias") : null;
        json.RefuseTheRest();
        return new PublicationDefinition(model, alias);
    }

    private static Dictionary<string, ParameterDefinition> Parameters(JsonObjectReader json)
    {
        var parameters = new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal);
        foreach (string name in json.Names.ToArray())
        {
            if (!ParameterPattern.IsMatch(name))
            {
                json.Refuse(name, "is not a parameter name: letters, digits and '_', at most 64");
            }

            if (json.Object(name) is { } parameter)
            {
                parameters[name] = ParameterReader.Read(parameter);
            }
        }

        if (parameters.Count > 100)
        {
            json.RefuseSelf($"has {parameters.Count} parameters; at most 100 are allowed");
        }

        return parameters;
    }

    private static string Name(JsonObjectReader json, string member) =>
        json.Text(member, NamePattern, "a name of lower-case letters, digits and '-', 1 to 40 long, beginning with a letter or digit");

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern { get; }

    // No dots after a slash, no empty segments, no backslash: nothing that a blob client would normalise into another container.
    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])/([^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,99}/){1,10}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourcePattern { get; }

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricPattern { get; }

    [GeneratedRegex("^[A-Za-z0-9_]{1,64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ParameterPattern { get; }
}
