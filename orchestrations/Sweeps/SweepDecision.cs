using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What a person may have a sweep do while it is under way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SweepAction>))]
public enum SweepAction
{
    /// <summary>Begin no trial and let none go on; what is under way trains to its budget.</summary>
    [JsonStringEnumMemberName("pause")]
    Pause,

    /// <summary>Go on after a pause.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>End one trial; or, where none is named, the sweep with what it has, after which the run goes on with the best trial.</summary>
    [JsonStringEnumMemberName("stop")]
    Stop,

    /// <summary>More trials: a number of them, or one with parameters of the person's own.</summary>
    [JsonStringEnumMemberName("add")]
    Add,

    /// <summary>Another number of trials at a time.</summary>
    [JsonStringEnumMemberName("parallelism")]
    Parallelism,
}

/// <summary>What a person has decided about a sweep under way.</summary>
/// <param name="Action">What to do.</param>
public sealed record SweepDecision(SweepAction Action)
{
    /// <summary>The longest <see cref="By"/> and <see cref="Comment"/>, in characters.</summary>
    public const int LongestText = 200;

    private const int MostAdded = 1000;
    private const int MostParallel = 200;

    /// <summary>For <c>stop</c>: the trial; null for the whole sweep.</summary>
    public string? Trial { get; init; }

    /// <summary>For <c>add</c>: how many, 1 to 1,000; null where <see cref="Parameters"/> are given, for one.</summary>
    public int? Trials { get; init; }

    /// <summary>For <c>add</c>: values for one trial, within the sweep's space. What is left out is drawn at random.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>For <c>parallelism</c>: trials at a time, 1 to 200.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Who decided; null where nobody said.</summary>
    public string? By { get; init; }

    /// <summary>Why.</summary>
    public string? Comment { get; init; }

    /// <summary>What the decision is known by, so that it can be found among those that the sweep has taken.</summary>
    public string? Id { get; init; }

    /// <summary>When the sweep has taken it, UTC; null before.</summary>
    public DateTime? At { get; init; }

    /// <summary>Why it changed nothing; null where it did what it says.</summary>
    public string? Refused { get; init; }

    /// <summary>How many trials it adds.</summary>
    [JsonIgnore]
    public int Added => Action == SweepAction.Add && Refused is null ? Trials ?? 1 : 0;

    /// <summary>What is told of a trial, or of the sweep, that it stops.</summary>
    [JsonIgnore]
    public string StopReason => $"stopped by {By ?? "somebody"}{(Comment is { } comment ? $": {comment}" : "")}";

    /// <summary>What is wrong with it, as far as the sweep's definition tells; empty where nothing is.</summary>
    /// <param name="sweep">The sweep.</param>
    public IReadOnlyList<PipelineError> Check(SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var errors = new List<PipelineError>();
        Only(Trial is not null, "trial", SweepAction.Stop);
        Only(Trials is not null, "trials", SweepAction.Add);
        Only(Parameters is not null, "parameters", SweepAction.Add);
        Only(Parallelism is not null, "parallelism", SweepAction.Parallelism);
        Range("trials", Trials, MostAdded);
        Range("parallelism", Parallelism, MostParallel);
        foreach ((string name, string? text) in ((string, string?)[])[("by", By), ("comment", Comment)])
        {
            if (text?.Length > LongestText)
            {
                errors.Add(new PipelineError("$." + name, FormattableString.Invariant($"has {text.Length} characters; at most {LongestText} are kept")));
            }
        }

        if (Trial is not null && RunIds.TryTrialIndex(Trial) is null)
        {
            errors.Add(new PipelineError("$.trial", $"is no trial's id, such as {RunIds.TrialId(3)}"));
        }

        if (Action == SweepAction.Parallelism && Parallelism is null)
        {
            errors.Add(new PipelineError("$.parallelism", "is required"));
        }

        if (Action == SweepAction.Add)
        {
            errors.AddRange(CheckAdded(sweep));
        }

        return errors;

        void Only(bool given, string name, SweepAction action)
        {
            if (given && Action != action)
            {
                errors.Add(new PipelineError("$." + name, $"belongs to the action {JsonNamingPolicy.CamelCase.ConvertName(action.ToString())} alone"));
            }
        }

        void Range(string name, int? value, int most)
        {
            if (value < 1 || value > most)
            {
                errors.Add(new PipelineError("$." + name, FormattableString.Invariant($"must lie between 1 and {most}, not {value}")));
            }
        }
    }

    private IEnumerable<PipelineError> CheckAdded(SweepDefinition sweep)
    {
        if (Parameters is null)
        {
            if (Trials is null)
            {
                yield return new PipelineError("$.trials", "is required, or parameters for one trial");
            }
            else if (sweep.Sampler.Type == SamplerKind.Grid)
            {
                yield return new PipelineError("$.trials", "cannot be given for a grid, which tries each of its points once; give parameters");
            }
            else if (!sweep.Repeats && new SearchSpace(sweep.Parameters) is { IsSmall: true } space && space.Points().Count() is var points && sweep.Trials + Trials > points)
            {
                yield return new PipelineError("$.trials", FormattableString.Invariant($"must be at most {points - sweep.Trials}: there are {points} different parameters, and repeats is not set"));
            }

            yield break;
        }

        if (Trials is not (null or 1))
        {
            yield return new PipelineError("$.trials", "must be 1, or left out, beside parameters: they are for one trial");
        }

        foreach (PipelineError error in new SearchSpace(sweep.Parameters).Check(Parameters, "$.parameters"))
        {
            yield return error;
        }
    }
}

/// <summary>What comes to a sweep: a trial's report or a person's decision. One event for both, so that one waiter takes them in their order.</summary>
/// <param name="Report">How a trial is doing.</param>
/// <param name="Decision">What a person has decided.</param>
public sealed record SweepMessage(TrialReport? Report = null, SweepDecision? Decision = null);
