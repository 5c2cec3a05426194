using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMl.Registry;

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

    /// <summary>Reads what stands under <c>dataset</c> in a pipeline, by itself.</summary>
    internal static (DatasetDefinition Dataset, IReadOnlyList<PipelineError> Errors) ReadDataset(JsonElement json)
    {
        var errors = new List<PipelineError>();
        return (Dataset(new JsonObjectReader(json, "$", errors)), errors);
    }

    /// <summary>Reads what stands under <c>sweep</c> in a pipeline, by itself.</summary>
    internal static (SweepDefinition Sweep, IReadOnlyList<PipelineError> Errors) ReadSweep(JsonElement json, string path)
    {
        var errors = new List<PipelineError>();
        return (SweepReader.Read(new JsonObjectReader(json, path, errors)), errors);
    }

    private static PipelineReading Failed(PipelineError error) => new(null, [error]);

    private static PipelineDefinition Pipeline(JsonObjectReader json)
    {
        string name = Name(json, "name");
        DatasetDefinition dataset = json.Object("dataset") is { } d ? Dataset(d) : new DatasetDefinition("", "idx", [], 1, 0.1, 0);
        SweepDefinition sweep = json.Object("sweep") is { } s ? SweepReader.Read(s) : SweepReader.Nothing;
        EvaluationDefinition evaluate = json.Object("evaluate", required: false) is { } e ? EvaluationReader.Read(e) : new EvaluationDefinition([]);
        ApprovalDefinition? approve = json.Object("approve", required: false) is { } a ? Approval(a) : null;
        CheckSlices(json, dataset, evaluate);
        PublicationDefinition publish = json.Object("publish") is { } p ? Publication(p) : new PublicationDefinition("", null);
        json.RefuseTheRest();
        return new PipelineDefinition(name, dataset, sweep, evaluate, approve, publish);
    }

    private static void CheckSlices(JsonObjectReader json, DatasetDefinition dataset, EvaluationDefinition evaluate)
    {
        IReadOnlyList<string> known = dataset.Table?.Slices ?? [];
        foreach (EvaluationSlice slice in evaluate.Rules.Select(rule => rule.Slice).OfType<EvaluationSlice>().Where(slice => !known.Contains(slice.Column)))
        {
            json.Refuse("evaluate", $"has a rule about slices of '{slice.Column}', which is not a column of dataset.slices");
        }
    }

    private static DatasetDefinition Dataset(JsonObjectReader json)
    {
        string name = Name(json, "name");
        string format = json.OneOf("format", ["array", "idx", "images", "table"]);
        IReadOnlyList<DatasetSource> source = DatasetSourceReader.Read(json);
        long seed = json.Integer("seed", 0, long.MaxValue, fallback: 0);
        DatasetDefinition dataset = format == "table"
            ? new DatasetDefinition(name, "table", source, 1, 0, seed) { Table = TableDefinitionReader.Read(json, seed) }
            : new DatasetDefinition(
                name, format, source, (int)json.Integer("shards", 1, 256, fallback: 8), json.Number("validationFraction", required: false, 0.001, 0.5) ?? 0.1, seed)
            {
                Images = format == "images" ? ImagesDefinition.Read(json) : null,
            };
        dataset = dataset with
        {
            Steps = PreprocessingStep.ReadAll(json),
            MaxFailedItems = (int)json.Integer("maxFailedItems", 0, DatasetDefinition.MostFailedItems, fallback: 0),
            MaxLeakedFraction = json.Number("maxLeakedFraction", required: false, 0, 1),
        };
        json.RefuseTheRest();
        return dataset;
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
        ServingOptions? serving = json.Serving("serving");
        json.RefuseTheRest();
        return new PublicationDefinition(model, alias, serving);
    }

    internal static string Name(JsonObjectReader json, string member) =>
        json.Text(member, NamePattern, "a name of lower-case letters, digits and '-', 1 to 40 long, beginning with a letter or digit");

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern { get; }

    /// <summary>Whether a text may be the name of a pipeline or a dataset.</summary>
    internal static bool IsName(string? text) => text is not null && NamePattern.IsMatch(text);
}
