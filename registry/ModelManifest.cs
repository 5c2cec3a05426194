using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Registry;

/// <summary>What is known of a model version, before it is published and after.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Lineage">What the version came from.</param>
public abstract record ModelDescription(string Model, ModelLineage? Lineage)
{
    /// <summary>The file to load, one of its files.</summary>
    public string Entry { get; init; } = "model.onnx";

    /// <summary>Metrics measured before publication, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The inputs it takes, as a session gives them, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>The outputs it gives, as a session gives them, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>One of its files: an Open Inference Protocol request in JSON that warms the model up.</summary>
    public string? Sample { get; init; }

    /// <summary>One of its files: the transform that it was trained behind, as <c>features/</c> writes it; null for a model of tensors alone.</summary>
    public string? Transform { get; init; }

    /// <summary>Whether rows of different callers may share a run, as publishing has seen; null where it did not try, and then rows of different callers never share a run.</summary>
    public BatchingEvidence? Batching { get; init; }

    /// <summary>Figures of the examples that it was evaluated on, as its input has them; null where publishing kept none.</summary>
    public FeatureStatistics? Statistics { get; init; }

    /// <summary>How the version is to be served; null for the defaults.</summary>
    public ServingOptions? Serving { get; init; }
}

/// <summary>A published version of a model: the content of its <c>model.json</c>.</summary>
public sealed record ModelManifest : ModelDescription
{
    /// <summary>A version as it is read.</summary>
    [JsonConstructor]
    public ModelManifest(string model, string version, DateTimeOffset createdAt, IReadOnlyList<ModelFile> files, ModelLineage? lineage = null)
        : base(model, lineage) => (Version, CreatedAt, Files) = (version, createdAt, files);

    internal ModelManifest(ModelDescription published, string version, DateTimeOffset createdAt, IReadOnlyList<ModelFile> files)
        : base(published) => (Version, CreatedAt, Files) = (version, createdAt, files);

    /// <summary>The version: a whole number.</summary>
    public string Version { get; init; }

    /// <summary>When it was published.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Every file, with its hash and size.</summary>
    public IReadOnlyList<ModelFile> Files { get; init; }
}

/// <summary>What to publish as a new version of a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Lineage">What it came from; <see cref="ModelLineage.Run"/> and <see cref="ModelLineage.Trial"/> identify the publication.</param>
/// <param name="Files">The files, the entry among them.</param>
public sealed record ModelPublication(string Model, ModelLineage Lineage, IReadOnlyList<ModelSource> Files) : ModelDescription(Model, Lineage);

/// <summary>A file to publish and where its content comes from.</summary>
/// <param name="Name">The name it gets beside the version's other files.</param>
/// <param name="OpenRead">Opens the content; called again when a publication is tried again.</param>
public sealed record ModelSource(string Name, Func<CancellationToken, Task<Stream>> OpenRead)
{
    /// <summary>A blob's content under the blob's own last segment, or <paramref name="name"/>.</summary>
    public static ModelSource FromBlob(BlobClient blob, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new(name ?? blob.Name[(blob.Name.LastIndexOf('/') + 1)..], token => blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), token));
    }

    /// <summary>A local file's content under the file's own name, or <paramref name="name"/>.</summary>
    public static ModelSource FromFile(string path, string? name = null) =>
        new(name ?? Path.GetFileName(path), _ => Task.FromResult<Stream>(System.IO.File.OpenRead(path)));

    /// <summary>Bytes in memory.</summary>
    public static ModelSource FromBytes(string name, ReadOnlyMemory<byte> content) =>
        new(name, _ => Task.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false)));
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

/// <summary>What was changed of a version since it was published.</summary>
internal sealed record VersionChange
{
    /// <summary>How it is served now; null where that was not changed.</summary>
    public ServingOptions? Serving { get; init; }

    /// <summary>Whether it is deleted. Its number stays taken.</summary>
    public bool IsDeleted { get; init; }
}

/// <summary>How one model version is served.</summary>
public sealed record ServingOptions
{
    /// <summary>
    /// Rows (first dimension) in a batch made of several requests; 1 turns batching off. Null: 32 where the model's inputs and outputs
    /// all have the same symbolic first dimension named like a batch, otherwise 1. Batches are made only of versions whose
    /// <see cref="ModelDescription.Batching"/> allows it and, without a delay, only as long as they turn out to make a row cheaper.
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

    /// <summary>Reads options that somebody wrote: in a pipeline, in an import request, or as a change to a version.</summary>
    /// <param name="json">The options.</param>
    /// <param name="path">Where in the document they stand, as a JSON path.</param>
    /// <param name="problems">Everything that is wrong with them; nothing exactly if they can be used.</param>
    /// <returns>The options; null when something is wrong with them.</returns>
    public static ServingOptions? Read(JsonElement json, string path, out IReadOnlyList<JsonProblem> problems)
    {
        ServingOptions? options = StrictJson.Read<ServingOptions>(json, path, RegistryJson.Options, out problems);
        problems = options is null ? problems : [.. options.Problems(path)];
        return problems.Count == 0 ? options : null;
    }

    /// <summary>What is out of range, as JSON path and reason.</summary>
    /// <param name="path">Where the options stand, as a JSON path.</param>
    public IEnumerable<JsonProblem> Problems(string path = "$")
    {
        (string Name, double? Value, double Least, double Most)[] ranges =
        [
            ("maxBatch", MaxBatch, 1, 65_536), ("maxDelayMicroseconds", MaxDelayMicroseconds, 0, 10_000_000), ("concurrency", Concurrency, 1, 64),
            ("maxQueue", MaxQueue, 1, 100_000), ("threads", Threads, 1, 256), ("logPercent", LogPercent, 0, 100),
        ];
        return ranges.Where(range => range.Value is { } value && !(value >= range.Least && value <= range.Most))
            .Select(range => new JsonProblem($"{path}.{range.Name}", string.Create(CultureInfo.InvariantCulture, $"must be {range.Least} to {range.Most}")));
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

    /// <summary>
    /// Whether a tensor of this shape is one, as far as neither leaves a size open; any is where the shape is empty, which ONNX Runtime gives both
    /// for scalars and for unknown ranks.
    /// </summary>
    /// <param name="shape">The tensor's shape; -1 where it leaves a size open.</param>
    public bool Accepts(ReadOnlySpan<long> shape)
    {
        bool fits = Shape.Count == 0 || shape.Length == Shape.Count;
        for (int i = 0; fits && i < Shape.Count; i++)
        {
            fits = Shape[i] < 0 || shape[i] < 0 || Shape[i] == shape[i];
        }

        return fits;
    }
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
