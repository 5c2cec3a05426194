using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>A trial as its sweep knows it.</summary>
/// <param name="Status">How it ended when it last did; for one that is under way for the first time, that it waits.</param>
/// <param name="Budget">Epochs that it was last told to have trained.</param>
[JsonConverter(typeof(SweptTrialConverter))]
public sealed record SweptTrial(TrialStatus Status, int Budget)
{
    /// <summary>The step that is under way; null while the trial rests.</summary>
    public int? Step { get; init; }

    /// <summary>The number of its last end, from 1 in the order in which trials end; 0 before the first.</summary>
    public int End { get; init; }

    /// <summary>Whether it has been told to stop, and never goes on.</summary>
    public bool Stopping { get; init; }

    /// <summary>What it reported, where the sweep has a scheduler.</summary>
    public IReadOnlyList<CurvePoint> Points { get; init; } = [];

    /// <summary>What it can go on from, once it has reached a budget. What belongs to one attempt alone is not carried along.</summary>
    public TrialRecord? Record { get; init; }

    /// <summary>Its hyperparameters, where they do not follow from its number.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonElement>? Parameters => Status.Parameters;

    /// <summary>What it trained with on the way to a budget; null where that follows from its number.</summary>
    /// <param name="budget">The budget.</param>
    public IReadOnlyDictionary<string, JsonElement>? ParametersAt(int budget) => Status.Lineage?.FirstOrDefault(one => one.Epoch >= budget) is { } replaced ? replaced.Replaced : Parameters;

    /// <summary>
    /// What it had come to when it went on from a budget that it had reached. That is still good, and is its own: what it took over from another
    /// trial to go on with is not part of it.
    /// </summary>
    [JsonIgnore]
    public TrialStatus AtItsBudget => Status.Lineage is [.., var last] && last.Epoch == Status.Budget
        ? Status with { Parameters = last.Replaced, Lineage = Status.Lineage.Count > 1 ? [.. Status.Lineage.SkipLast(1)] : null }
        : Status;

    /// <summary>
    /// The trial as an earlier execution of its run has brought it to an end. That it went beyond a budget says that it was good there; what it had
    /// there is not kept.
    /// </summary>
    /// <param name="before">How it had ended.</param>
    /// <param name="left">What there is of it.</param>
    /// <param name="end">The number of its end.</param>
    /// <param name="isScheduled">Whether the sweep has a scheduler.</param>
    internal SweptTrial TakenOver(TrialStatus before, EarlierTrial left, int end, bool isScheduled)
    {
        int budget = left.Budget > 0 && isScheduled ? left.Budget : Budget;
        return this with
        {
            Status = before with { Parameters = Parameters, Budget = isScheduled ? budget : null },
            Budget = budget,
            End = end,
            Points = isScheduled && before is { State: TrialState.Completed, Objective: { } objective } ? [new CurvePoint(1, objective), new CurvePoint(budget, objective)] : [],
            Record = new TrialRecord(left.Attempts, Dedicated: false) { Restarts = left.Restarts },
        };
    }

    /// <summary>The trial as a scheduler sees it.</summary>
    /// <param name="number">Its number.</param>
    public TrialCurve Curve(int number) => new(
        number,
        Budget,
        Step is not null ? TrialPhase.Running : Status.State == TrialState.Completed && !Stopping ? TrialPhase.Reached : TrialPhase.Ended,
        Points);
}

/// <summary>
/// Writes a trial as an array without names: a sweep carries thousands from one execution to the next, and a message must keep below a megabyte.
/// What stands at the end and says nothing is left out.
/// </summary>
internal sealed class SweptTrialConverter : JsonConverter<SweptTrial>
{
    /// <summary>The longest reason that is carried along; the trial's own blobs have it whole.</summary>
    private const int LongestError = 200;

    public override void Write(Utf8JsonWriter writer, SweptTrial value, JsonSerializerOptions options)
    {
        TrialStatus status = value.Status;
        object?[] fields =
        [
            RunIds.TrialIndex(status.Id), (int)status.State, Finite(status.Objective), Finite(status.Epoch), status.Attempts, status.Preemptions, status.Dedicated ? 1 : 0,
            Math.Round(status.OnNodes.TotalSeconds, 1), value.Budget, status.Budget, value.End, value.Stopping ? 1 : 0, value.Step,
            value.Points.Count == 0 ? null : value.Points.Select(point => (double?[])[point.Epoch, Finite(point.Objective)]).ToArray(),
            value.Record is null ? null : Fields(value.Record), status.Parameters, status.Error is { Length: > LongestError } error ? error[..LongestError] : status.Error,
            Finite(status.Second),
            status.Lineage?.Select(one => (object?[])[RunIds.TrialIndex(one.Trial), one.Epoch, one.Replaced]).ToArray(),
        ];
        int count = fields.Length;
        while (fields[count - 1] is null)
        {
            count--;
        }

        writer.WriteStartArray();
        foreach (object? field in fields.Take(count))
        {
            JsonSerializer.Serialize(writer, field, options);
        }

        writer.WriteEndArray();
    }

    public override SweptTrial Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement[] fields = JsonSerializer.Deserialize<JsonElement[]>(ref reader, options) ?? throw new JsonException("A trial is an array.");
        JsonElement? Field(int i) => i < fields.Length && fields[i].ValueKind != JsonValueKind.Null ? fields[i] : null;
        var status = new TrialStatus(
            RunIds.TrialId(fields[0].GetInt32()), (TrialState)fields[1].GetInt32(), Field(2)?.GetDouble(), Field(3)?.GetDouble(), fields[4].GetInt32(), fields[5].GetInt32(), fields[6].GetInt32() == 1,
            Field(16)?.GetString())
        {
            OnNodes = TimeSpan.FromSeconds(fields[7].GetDouble()),
            Budget = Field(9)?.GetInt32(),
            Second = Field(17)?.GetDouble(),
            Parameters = Field(15)?.Deserialize<Dictionary<string, JsonElement>>(options),
            Lineage = Field(18) is { } lineage
                ? [.. lineage.EnumerateArray().Select(one => new TrialAncestor(RunIds.TrialId(one[0].GetInt32()), one[1].GetInt32()) { Replaced = one[2].Deserialize<Dictionary<string, JsonElement>>(options) })]
                : null,
        };
        return new SweptTrial(status, fields[8].GetInt32())
        {
            End = fields[10].GetInt32(),
            Stopping = fields[11].GetInt32() == 1,
            Step = Field(12)?.GetInt32(),
            Points = Field(13) is { } points ? [.. points.EnumerateArray().Select(point => new CurvePoint(point[0].GetDouble(), point[1].ValueKind == JsonValueKind.Null ? double.NaN : point[1].GetDouble()))] : [],
            Record = Field(14) is { } record ? Record(record) : null,
        };
    }

    private static object?[] Fields(TrialRecord record) =>
    [
        record.Attempt, record.Dedicated ? 1 : 0, Math.Round(record.OnNodes.TotalSeconds, 1), record.Failures, record.InfrastructureFailures, record.Restarts, record.PreemptedAttempts,
        record.ToldEpoch, Finite(record.Objective), Finite(record.Epoch), Finite(record.Second),
    ];

    private static TrialRecord Record(JsonElement fields) => new(fields[0].GetInt32(), fields[1].GetInt32() == 1)
    {
        OnNodes = TimeSpan.FromSeconds(fields[2].GetDouble()),
        Failures = fields[3].GetInt32(),
        InfrastructureFailures = fields[4].GetInt32(),
        Restarts = fields[5].GetInt32(),
        PreemptedAttempts = fields[6].GetInt32(),
        ToldEpoch = fields[7].GetDouble(),
        Objective = Number(fields[8]),
        Epoch = Number(fields[9]),
        Second = Number(fields[10]),
    };

    private static double? Number(JsonElement field) => field.ValueKind == JsonValueKind.Null ? null : field.GetDouble();

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
