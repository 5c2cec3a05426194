using System.Globalization;
using DurableMl.Inference.Json;
using System.Text.Json.Serialization;
using System.Text.Json;

namespace DurableMl.Inference.Registry;

/// <summary>A published version of a model: the content of its <c>model.json</c>.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version: a whole number.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="Files">Every file, with its hash and size.</param>
/// <param name="Entry">The file to load, one of <paramref name="Files"/>.</param>
public sealed record ModelManifest(string Model, string Version, DateTimeOffset CreatedAt, IReadOnlyList<ModelFile> Files, string Entry)
{
    /// <summary>Metrics measured before publication, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What the version came from.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>The inputs it takes, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>The outputs it gives, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>One of <see cref="Files"/>: an Open Inference Protocol request in JSON that warms the model up.</summary>
    public string? Sample { get; init; }

    /// <summary>Whether rows of different callers may share a run; null where publishing did not try.</summary>
    public BatchingEvidence? Batching { get; init; }

    /// <summary>Figures of the examples that it was evaluated on, as its input has them; null where publishing kept none.</summary>
    public FeatureStatistics? Statistics { get; init; }

    /// <summary>How the version is to be served; null for the defaults.</summary>
    public ServingOptions? Serving { get; init; }
}

/// <summary>One file of a model version.</summary>
/// <param name="Name">Its name beside the others.</param>
/// <param name="Sha256">SHA-256 of its content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ModelFile(string Name, string Sha256, long Bytes);

/// <summary>What a model version came from.</summary>
/// <param name="Run">The run that made it. Together with <paramref name="Trial"/> it identifies a publication: publishing it again gives the same version.</param>
/// <param name="Trial">The trial of that run, if it had trials.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Parameters">The trial's hyperparameters.</param>
/// <param name="Code">Where the exact code lies, or its hash.</param>
/// <param name="Format">For an imported model: what the source was, such as <c>torchscript</c>.</param>
/// <param name="Files">For an imported model: the blobs it was made from, with their hashes.</param>
public sealed record ModelLineage(
    string Run,
    string? Trial = null,
    string? Dataset = null,
    string? DatasetVersion = null,
    IReadOnlyDictionary<string, JsonElement>? Parameters = null,
    string? Code = null,
    string? Format = null,
    IReadOnlyList<LineageFile>? Files = null);

/// <summary>A blob that a model version was made from.</summary>
/// <param name="Role">What it was: <c>source</c>, <c>sample</c>, <c>definition</c>, <c>weights</c> or <c>expected</c>.</param>
/// <param name="Blob">Container and name, as they were given.</param>
/// <param name="Sha256">SHA-256 of its content then, 64 lower-case hexadecimal digits.</param>
public sealed record LineageFile(string Role, string Blob, string Sha256);

/// <summary>Whether rows of different callers may share a run of a version: decided once, before it is published, by trying it.</summary>
/// <param name="AcrossCallers">Whether they may.</param>
/// <param name="Because">What was seen, for people.</param>
public sealed record BatchingEvidence(bool AcrossCallers, string Because)
{
    /// <summary>What holds for a version that was published without a trial.</summary>
    public static BatchingEvidence None { get; } = new(false, "it was not tried when the version was published");
}

/// <summary>How one model version is served.</summary>
public sealed record ServingOptions
{
    /// <summary>
    /// Rows (first dimension) in a batch made of several requests; 1 turns batching off. Null: 32 where the model's inputs and outputs
    /// all have the same symbolic first dimension named like a batch, otherwise 1. Batches are made only of versions whose
    /// <see cref="ModelManifest.Batching"/> allows it and, without a delay, only as long as they turn out to make a row cheaper.
    /// </summary>
    public int? MaxBatch { get; init; }

    /// <summary>How long the first request of a batch waits for others, in microseconds. 0, the default, batches what has queued up while the model was busy.</summary>
    public int MaxDelayMicroseconds { get; init; }

    /// <summary>
    /// Runs of the model at a time. Null: one for a model of 2 MiB or more, whose runs share all cores; as many as there are cores for
    /// smaller ones, whose runs take one thread each, and without limit while those take less than a millisecond and no batches are made.
    /// </summary>
    public int? Concurrency { get; init; }

    /// <summary>Requests that may wait; one more is answered 429.</summary>
    public int MaxQueue { get; init; } = 1024;

    /// <summary>Whether NaN in an input is served rather than refused.</summary>
    public bool AcceptNaN { get; init; }

    /// <summary>Threads of one run. Null: one for a model below 2 MiB, all cores, shared with other models, for larger ones.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether servers load it at their start when it is the champion.</summary>
    public bool Preload { get; init; }

    /// <summary>The share of requests, 0 to 100 percent, that are written to the request log: id, inputs and outputs. 0, the default, for none.</summary>
    public double LogPercent { get; init; }

    /// <summary>Whether servers keep figures of the inputs, to be compared with those of the training data.</summary>
    public bool Drift { get; init; }

    /// <summary>What is out of range, as JSON path and reason.</summary>
    public IEnumerable<JsonProblem> Problems()
    {
        (string Name, long? Value, long Least, long Most)[] ranges =
        [
            ("maxBatch", MaxBatch, 1, 65_536), ("maxDelayMicroseconds", MaxDelayMicroseconds, 0, 10_000_000), ("concurrency", Concurrency, 1, 64),
            ("maxQueue", MaxQueue, 1, 100_000), ("threads", Threads, 1, 256),
        ];
        foreach ((string name, long? value, long least, long most) in ranges)
        {
            if (value < least || value > most)
            {
                yield return new("$." + name, string.Create(CultureInfo.InvariantCulture, $"must be {least} to {most}"));
            }
        }

        if (!(LogPercent is >= 0 and <= 100))
        {
            yield return new("$.logPercent", "must be 0 to 100");
        }
    }
}

/// <summary>A model's input or output, in the Open Inference Protocol's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type, such as <c>FP32</c>.</param>
/// <param name="Shape">Its shape; -1 where any size will do.</param>
public sealed record TensorSpec(string Name, string Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>What an output means for each row of input; null for inputs, and for outputs whose type and shape do not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputRole? Role { get; init; }
}

/// <summary>What an output says of each row of input.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputRole>))]
public enum OutputRole
{
    /// <summary>One floating-point number: the result of a regression.</summary>
    [JsonStringEnumMemberName("value")]
    Value,

    /// <summary>One whole number, text or boolean: the class.</summary>
    [JsonStringEnumMemberName("label")]
    Label,

    /// <summary>A floating-point number for each class, probabilities or logits: a row of a matrix, or a map from classes to numbers.</summary>
    [JsonStringEnumMemberName("scores")]
    Scores,
}
