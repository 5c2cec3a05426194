using System.Globalization;
using DurableMl.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>What <c>POST api/models/{model}/score</c> takes.</summary>
/// <param name="Input">
/// Container and prefix of what to score: <c>.npy</c> shards (those that end in <c>-labels.npy</c> are the true classes of the shard beside them), and
/// in <c>raw</c> and <c>runs</c> the tables or the image files that the model was trained on.
/// </param>
/// <param name="Output">Container <c>runs</c> and prefix for the predictions; null for <c>runs/{instance}/scores/</c>.</param>
/// <param name="Version">Version or alias; null for the champion.</param>
/// <param name="Format"><c>npy</c> or <c>jsonl</c> for arrays, <c>csv</c> or <c>jsonl</c> for tables and images; null for the first of these.</param>
/// <param name="Batch">Examples per run of the model, 1 to 65,536.</param>
/// <param name="Parallelism">Shards, tables or packs of images at a time, 1 to 256.</param>
/// <param name="Prediction">Of arrays, the model's output to write; null to choose by what its outputs are: a label and the scores beside it, scores, or a value.</param>
public sealed record ScoreRequest(string Input, string? Output = null, string? Version = null, string? Format = null, int Batch = 256, int Parallelism = 8, string? Prediction = null)
{
    /// <summary>The most rows and files that may be left out.</summary>
    public const int MostFailedItems = 10_000;

    /// <summary>Rows and files that may be left out because they cannot be scored, 0 to 10,000; with more the scoring fails.</summary>
    public int MaxFailedItems { get; init; }

    /// <summary>The probability from which on a label is answered, where there are several: 0 to 1; null for a half.</summary>
    public double? Threshold { get; init; }

    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its JSON.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>The request; null when something is wrong.</returns>
    public static ScoreRequest? Read(ReadOnlySpan<byte> body, out IReadOnlyList<PipelineError> errors)
    {
        ScoreRequest? request = StrictJson.Read<ScoreRequest>(body.ToArray(), JsonBlobs.Options, out IReadOnlyList<JsonProblem> problems);
        List<PipelineError> found = [.. problems.Select(problem => new PipelineError(problem.Path, problem.Reason))];
        errors = found;
        if (request is null)
        {
            return null;
        }

        Check(BlobPrefix.Parse(request.Input, DataContainers.Datasets, DataContainers.Raw, DataContainers.Runs) is not null, "$.input", $"must be datasets/, raw/ or runs/ and a prefix: {BlobPrefix.Names}.");
        Check(
            request.Output is null || (BlobPrefix.Parse(request.Output, DataContainers.Runs) is { } output && !output.Prefix.StartsWith('_')),
            "$.output",
            $"must be runs/ and a prefix that does not begin with '_': {BlobPrefix.Names}.");
        Check(!IsInPlace(request), "$.output", "must be another folder than the input's.");
        Check(request.Format is null or "npy" or "jsonl" or "csv", "$.format", "must be npy, jsonl or csv.");
        Check(request.MaxFailedItems is >= 0 and <= MostFailedItems, "$.maxFailedItems", $"must be 0 to {MostFailedItems}.");
        Check(request.Threshold is null or (>= 0 and <= 1), "$.threshold", "must be 0 to 1.");
        Check(request.Batch is >= 1 and <= 65_536, "$.batch", "must be 1 to 65536.");
        Check(request.Parallelism is >= 1 and <= 256, "$.parallelism", "must be 1 to 256.");
        Check(request.Prediction is null or { Length: > 0 and <= 256 }, "$.prediction", "must be the name of one of the model's outputs.");
        return found.Count == 0 ? request : null;

        void Check(bool holds, string path, string reason)
        {
            if (!holds)
            {
                found.Add(new(path, reason));
            }
        }
    }

    /// <summary>What an orchestration works on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version, resolved once so that all shards get the same.</param>
    /// <param name="instanceId">The orchestration's id.</param>
    public ScoreInput ToInput(string model, string version, string instanceId) => new(
        model,
        version,
        BlobPrefix.Parse(Input, DataContainers.Datasets, DataContainers.Raw, DataContainers.Runs)!,
        BlobPrefix.Parse(Output ?? string.Create(CultureInfo.InvariantCulture, $"{DataContainers.Runs}/{instanceId}/scores/"), DataContainers.Runs)!,
        Format switch
        {
            "npy" => ScoreFormat.Npy,
            "jsonl" => ScoreFormat.JsonLines,
            "csv" => ScoreFormat.Csv,
            _ => null,
        },
        Batch,
        Parallelism)
    {
        Prediction = Prediction,
        MaxFailedItems = MaxFailedItems,
        Threshold = Threshold,
    };

    // Predictions among what is scored would be scored the next time.
    private static bool IsInPlace(ScoreRequest request) =>
        request.Output is { } output && output.TrimEnd('/') == request.Input[..Math.Max(0, request.Input.LastIndexOf('/'))];
}
