using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Reads the <c>sweep</c> of a pipeline.</summary>
internal static partial class SweepReader
{
    /// <summary>What names a job, for messages.</summary>
    internal const string JobShape = "the name of a job, or name@ and the SHA-256 of one version";

    // What a sweep carries along of its trials' lineages has to fit into a message.
    private const int MostGenerations = 100;
    private const int MostPopulation = 200;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Stands for a sweep that is missing, so that reading goes on.</summary>
    public static SweepDefinition Nothing { get; } = new(
        "", 1, 0, 1, new ObjectiveDefinition("", ObjectiveGoal.Maximize), new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal),
        0, 1, new RetryBudgets(0, 0, 0), Second, null, 1);

    public static SweepDefinition Read(JsonObjectReader json)
    {
        string job = json.Text("job", JobPattern, JobShape);
        int errors = json.ErrorCount;
        IReadOnlyDictionary<string, ParameterDefinition> parameters =
            json.Object("parameters", required: false) is { } given ? ParameterReader.ReadAll(given) : Nothing.Parameters;
        SearchSpace? space = json.ErrorCount == errors ? new SearchSpace(parameters) : null;
        SamplerDefinition sampler = json.Object("sampler", required: false) is { } how ? Sampler(how, space) : Nothing.Sampler;
        var trials = (int)(sampler.Type == SamplerKind.Grid && space is not null && json.ErrorCount == errors
            ? GridTrials(json, space)
            : json.Integer("trials", 1, SweepDefinition.MostTrials));
        long seed = json.Integer("seed", 0, long.MaxValue, fallback: 0);
        var budget = (int)json.Integer("budget", 1, 1_000_000);
        var sweep = new SweepDefinition(
            job,
            trials,
            seed,
            budget,
            json.Object("objective") is { } objective ? Objective(objective) : Nothing.Objective,
            parameters,
            (int)json.Integer("maxFailedTrials", 0, SweepDefinition.MostTrials, fallback: trials / 2),
            (int)json.Integer("parallelism", 1, 200, fallback: Math.Min(trials, 8)),
            json.Object("retries", required: false) is { } retries ? Retries(retries) : new RetryBudgets(1, 3, 5),
            json.Duration("timeLimit", Second, TimeSpan.FromDays(7), fallback: TimeSpan.FromHours(24)),
            json.Has("checkpointSteps") ? (int)json.Integer("checkpointSteps", 1, 1_000_000) : null,
            (int)json.Integer("nodes", 1, 100, fallback: 1))
        {
            Sampler = sampler,
            Slots = (int)json.Integer("slots", 1, 256, fallback: 1),
            Repeats = json.Flag("repeats", fallback: false),
            WarmStart = WarmStart(json, sampler),
            Second = json.Object("secondObjective", required: false) is { } second ? Objective(second, hasEpoch: false) : null,
            Scheduler = json.Object("scheduler", required: false) is { } scheduler ? Scheduler(scheduler, budget) : null,
            Stop = json.Object("stop", required: false) is { } stop ? Stop(stop) : null,
        };
        if (space is not null && !sweep.Repeats && sampler.Type != SamplerKind.Grid && space.IsSmall && space.Points().Count() is var points && trials > points)
        {
            json.Refuse("trials", string.Create(CultureInfo.InvariantCulture, $"must be at most {points}, as many as there are different parameters; \"repeats\": true trains some of them more than once"));
        }

        if (sweep is { Slots: > 1, Nodes: > 1 })
        {
            json.Refuse("slots", "must be 1 with several nodes: such a trial has its nodes to itself");
        }

        if (sweep.Second?.Metric is { Length: > 0 } metric && metric == sweep.Objective.Metric)
        {
            json.Refuse("secondObjective", $"must have another metric than objective, not '{metric}' too");
        }

        if (sweep is { Second: not null, Scheduler: not null })
        {
            json.Refuse("scheduler", "must be none with a secondObjective: what is bad in one may be good in the other, so every trial is trained in full");
        }

        if (sweep.Scheduler is { Type: SchedulerKind.Pbt })
        {
            CheckPopulation(json, sweep);
        }

        json.RefuseTheRest();
        return sweep;
    }

    /// <summary>What population-based training cannot be combined with. Its population is all trials of the sweep.</summary>
    private static void CheckPopulation(JsonObjectReader json, SweepDefinition sweep)
    {
        if (sweep.Sampler.Learns)
        {
            json.Refuse("sampler", "must be random, sobol or grid with the scheduler pbt, which chooses parameters itself once the first are drawn");
        }

        if (sweep.Trials is < 2 or > MostPopulation)
        {
            json.Refuse("trials", string.Create(CultureInfo.InvariantCulture, $"must lie between 2 and {MostPopulation} with the scheduler pbt: they are its population"));
        }

        if (sweep.Objective.At != ObjectiveEpoch.Last)
        {
            json.Refuse("objective", "must count at the last epoch with the scheduler pbt: a trial's best may be from before it took over another's weights");
        }

        if (sweep.Parameters.Values.All(parameter => new Dimension("", parameter).Count == 1))
        {
            json.Refuse("parameters", "must have one that varies with the scheduler pbt");
        }
    }

    private static IReadOnlyList<string> WarmStart(JsonObjectReader json, SamplerDefinition sampler)
    {
        if (json.Element("warmStart", required: false) is not { } given)
        {
            return [];
        }

        string[] runs = given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray().Select(run => run.ValueKind == JsonValueKind.String ? run.GetString()! : "")] : [""];
        if (runs.Length > SweepDefinition.MostWarmStarts || !runs.All(RunIds.IsValid))
        {
            json.Refuse("warmStart", string.Create(CultureInfo.InvariantCulture, $"must be an array of at most {SweepDefinition.MostWarmStarts} run ids"));
            return [];
        }

        if (runs.Length > 0 && !sampler.Learns)
        {
            json.Refuse("warmStart", "needs a sampler that learns from trials: tpe");
        }

        return runs;
    }

    private static SamplerDefinition Sampler(JsonObjectReader json, SearchSpace? space)
    {
        string type = json.OneOf("type", ["random", "grid", "sobol", "tpe"]);
        SamplerDefinition sampler = type switch
        {
            "grid" => new SamplerDefinition(SamplerKind.Grid),
            "sobol" => new SamplerDefinition(SamplerKind.Sobol),
            "tpe" => new SamplerDefinition(SamplerKind.Tpe, (int)json.Integer("startupTrials", 2, SweepDefinition.MostTrials, fallback: 10)),
            _ => new SamplerDefinition(SamplerKind.Random),
        };
        if (space is not null && sampler.Type == SamplerKind.Grid)
        {
            if (space.Dimensions.FirstOrDefault(dimension => dimension.Count is null) is { } real)
            {
                json.Refuse("type", $"cannot be grid: {real.Name} is a real number without steps; make it quantized or a choice");
            }
            else if (space.Points().Skip(SamplerDefinition.MostGridPoints).Any())
            {
                json.Refuse("type", string.Create(CultureInfo.InvariantCulture, $"cannot be grid: there are more than {SamplerDefinition.MostGridPoints} points"));
            }
        }

        if (space is not null && sampler.Type == SamplerKind.Sobol && space.Dimensions.Count(dimension => dimension.Count != 1) is var varied && varied > SamplerDefinition.MostSobolParameters)
        {
            json.Refuse("type", string.Create(CultureInfo.InvariantCulture, $"cannot be sobol: {varied} parameters vary, and it can do with at most {SamplerDefinition.MostSobolParameters}"));
        }

        json.RefuseTheRest();
        return sampler;
    }

    /// <summary>Null for none, which trains every trial to the whole budget.</summary>
    private static SchedulerDefinition? Scheduler(JsonObjectReader json, int budget)
    {
        string type = json.OneOf("type", ["none", "median", "asha", "hyperband", "pbt"]);
        SchedulerDefinition? scheduler = type switch
        {
            "median" => new SchedulerDefinition(SchedulerKind.Median)
            {
                Grace = (int)json.Integer("grace", 1, budget, fallback: 1),
                CompareWith = (int)json.Integer("compareWith", 1, SweepDefinition.MostTrials, fallback: 5),
            },
            "asha" => Rungs(SchedulerKind.Asha),
            "hyperband" => Rungs(SchedulerKind.Hyperband),
            "pbt" => Population(),
            _ => null,
        };
        json.RefuseTheRest();
        return scheduler;

        void RefuseOneEpoch()
        {
            if (budget == 1)
            {
                json.Refuse("type", $"cannot be {type}: with a sweep.budget of 1 every trial is trained in full at once");
            }
        }

        SchedulerDefinition Population()
        {
            RefuseOneEpoch();
            var interval = (int)json.Integer("interval", 1, Math.Max(1, budget - 1), fallback: 1);
            if (budget > (long)interval * MostGenerations)
            {
                json.Refuse("interval", string.Create(
                    CultureInfo.InvariantCulture, $"must be at least {Math.Ceiling((double)budget / MostGenerations)}: a trial may look at the others {MostGenerations} times within its sweep.budget of {budget}"));
            }

            return new SchedulerDefinition(SchedulerKind.Pbt)
            {
                Interval = interval,
                QuantileFraction = json.Number("quantileFraction", required: false, 0.01, 0.5) ?? 0.25,
                ResampleProbability = json.Number("resampleProbability", required: false, 0, 1) ?? 0.25,
            };
        }

        SchedulerDefinition Rungs(SchedulerKind kind)
        {
            RefuseOneEpoch();

            return new SchedulerDefinition(kind)
            {
                Minimum = (int)json.Integer("minimum", 1, Math.Max(1, budget - 1), fallback: 1),
                Reduction = (int)json.Integer("reduction", 2, 100, fallback: 3),
            };
        }
    }

    /// <summary>A grid has as many trials as points where the pipeline does not say, and never more.</summary>
    private static long GridTrials(JsonObjectReader json, SearchSpace space)
    {
        int points = space.Points().Count();
        if (!json.Has("trials") && points > SweepDefinition.MostTrials)
        {
            json.Refuse("trials", string.Create(CultureInfo.InvariantCulture, $"is required: the grid has {points} points, and a sweep at most {SweepDefinition.MostTrials} trials"));
            return 1;
        }

        long trials = json.Integer("trials", 1, SweepDefinition.MostTrials, fallback: points);
        if (trials > points)
        {
            json.Refuse("trials", string.Create(CultureInfo.InvariantCulture, $"must be at most {points}, the points of the grid"));
        }

        return trials;
    }

    private static StopRules Stop(JsonObjectReader json)
    {
        var rules = new StopRules
        {
            Time = json.Has("time") ? json.Duration("time", Second, TimeSpan.FromDays(30)) : null,
            CostUsd = json.Number("costUsd", required: false, 0.01, 1e9),
            NodeUsdPerHour = json.Number("nodeUsdPerHour", required: json.Has("costUsd"), 1e-6, 1e6) ?? 0,
            Target = json.Number("target", required: false),
            TrialsWithoutImprovement = json.Has("trialsWithoutImprovement") ? (int)json.Integer("trialsWithoutImprovement", 1, SweepDefinition.MostTrials) : null,
        };
        json.RefuseTheRest();
        return rules;
    }

    private static ObjectiveDefinition Objective(JsonObjectReader json, bool hasEpoch = true)
    {
        string metric = json.Text("metric", MetricPattern, "a metric's name: letters, digits, '_', '.', '-', at most 64");
        ObjectiveGoal? goal = json.Has("goal")
            ? json.OneOf("goal", ["maximize", "minimize"]) == "minimize" ? ObjectiveGoal.Minimize : ObjectiveGoal.Maximize
            : MetricGoals.Of(metric);
        if (goal is null)
        {
            json.Refuse("goal", $"is required: \"maximize\" or \"minimize\"; the name '{metric}' does not say which is better");
        }

        ObjectiveEpoch at = hasEpoch && json.OneOf("at", ["last", "best"], fallback: "last") == "best" ? ObjectiveEpoch.Best : ObjectiveEpoch.Last;
        json.RefuseTheRest();
        return new ObjectiveDefinition(metric, goal ?? ObjectiveGoal.Maximize, at);
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

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricPattern { get; }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}(@[0-9a-f]{64})?\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex JobPattern { get; }
}
