using System.Globalization;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using DurableMl.Features.Tables;
using DurableMl.Inference.Columns;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>
/// What scoring a table or a pack of images leaves: the predictions, a list of what could not be scored, and a record by which a later
/// scoring finds both.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="score">The whole.</param>
/// <param name="unit">The unit's blob.</param>
/// <param name="name">The beginning of the names of what is left.</param>
/// <param name="identity">What tells the unit's content from any other.</param>
internal sealed class UnitPredictions(BlobServiceClient blobs, ScoreInput score, string unit, string name, string identity)
{
    /// <summary>The ending of the record's name.</summary>
    public const string Record = ".score.json";

    /// <summary>The ending of the name of what could not be scored.</summary>
    public const string Failed = "-failed.json";

    /// <summary>The ending of a list of images.</summary>
    public const string Files = ".files.json";

    private const long MaxRows = 50_000_000;

    private readonly BlobContainerClient output = blobs.GetBlobContainerClient(score.Output.Container);

    private ScoreFormat Format => score.Format ?? ScoreFormat.Csv;

    private string Key => string.Create(CultureInfo.InvariantCulture, $"{score.Model}/{score.Version}/{Format}/{score.Batch}/{score.Threshold}/{identity}");

    /// <summary>The beginning of the names of what scoring a blob leaves: the output's prefix, and the name below the input's last folder.</summary>
    public static string NameOf(ScoreInput score, string blob) =>
        score.Output.Prefix.TrimEnd('/') + "/" + blob[(score.Input.Prefix.LastIndexOf('/') + 1)..];

    /// <summary>Whether a blob is none to score but what an earlier scoring left beside its predictions.</summary>
    public static bool IsBeside(string blob) =>
        blob.EndsWith(Record, StringComparison.Ordinal) || blob.EndsWith(Failed, StringComparison.Ordinal) || blob.EndsWith(Files, StringComparison.Ordinal)
        || blob.EndsWith(WriteScoreSummary.File, StringComparison.Ordinal);

    /// <summary>What an earlier scoring of the same content by the same version came to; null where there was none.</summary>
    public async Task<ShardScore?> FindAsync(CancellationToken cancellationToken) =>
        await output.GetBlobClient(name + Record).ReadJsonAsync<ScoreRecord>(cancellationToken) is { } done && done.Key == Key ? done.Score : null;

    /// <summary>Writes what the model says.</summary>
    /// <param name="rows">It, some rows at a time.</param>
    /// <param name="signature">What the model says.</param>
    /// <param name="file">The file that is scored, for one that fails as a whole.</param>
    /// <param name="fileOf">The file of a row.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The model cannot be used, or more cannot be scored than may be left out.</exception>
    public async Task<ShardScore> WriteAsync(
        IAsyncEnumerable<ScoredRows> rows, ModelSignature signature, string file, Func<long, string> fileOf, CancellationToken cancellationToken)
    {
        var failed = new List<FailedExample>();
        var causes = new List<FailureCause>();
        long examples = 0;
        PredictionLines lines = PredictionLines.Of(Format, signature);
        // What fails on the way has not touched what an earlier scoring left.
        await using var local = new FileStream(
            Path.Combine(Path.GetTempPath(), "durableml-" + Path.GetRandomFileName()),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 << 10, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        lines.Begin();
        try
        {
            await foreach (ScoredRows part in rows.WithCancellation(cancellationToken))
            {
                foreach (FaultyRow fault in part.Faults)
                {
                    failed.Add(new FailedExample(fileOf(fault.Row), signature.Image is null ? fault.Row : null, fault.Text));
                    causes.Add(ScoreFailures.Of(fault));
                }

                ScoreFailures.CheckSoFar(causes, score.MaxFailedItems);
                lines.Add(part, fileOf);
                await local.WriteAsync(lines.Take(), cancellationToken);
                examples += part.Rows.Count;
                if (examples > MaxRows)
                {
                    throw new PermanentFailureException($"{file} has more than {MaxRows} rows; divide it into several files.");
                }
            }
        }
        catch (TableFormatException e)
        {
            // Left out whole, as in training.
            string reason = e.Message.StartsWith(file, StringComparison.Ordinal) ? e.Message[file.Length..].TrimStart(',', ':', ' ') : e.Message;
            (failed, causes, examples) = ([new FailedExample(file, null, reason)], [ScoreFailures.Of(new FaultyRow(0, file, reason))], 0);
            local.SetLength(0);
            lines.Take();
            lines.Begin();
        }
        catch (Exception e) when (e is InvalidModelException or ModelNotFoundException)
        {
            throw new PermanentFailureException($"{file}: {e.Message}", e);
        }

        IReadOnlyList<FailureCause> commonest = ScoreFailures.Commonest(causes);
        ScoreFailures.Check(failed.Count, score.MaxFailedItems, commonest);
        await local.WriteAsync(lines.Take(), cancellationToken);
        string predictions = name + (Format == ScoreFormat.Csv ? "-predictions.csv" : "-predictions.jsonl");
        var result = new ShardScore(unit, predictions, await UploadAsync(local, predictions, cancellationToken), examples, 0, 0)
        {
            Failed = failed.Count,
            Causes = commonest,
        };
        if (failed.Count > 0)
        {
            await output.GetBlobClient(name + Failed).WriteJsonAsync(failed, cancellationToken);
        }
        else
        {
            await output.GetBlobClient(name + Failed).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }

        await output.GetBlobClient(name + Record).WriteJsonAsync(new ScoreRecord(Key, result), cancellationToken);
        return result;
    }

    private async Task<string> UploadAsync(FileStream local, string predictions, CancellationToken cancellationToken)
    {
        local.Position = 0;
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(local, cancellationToken));
        local.Position = 0;
        await output.GetBlobClient(predictions).UploadAsync(local, overwrite: true, cancellationToken);
        return hash;
    }
}

/// <summary>What is remembered of a unit that was scored.</summary>
/// <param name="Key">The version, the settings and the unit's content.</param>
/// <param name="Score">What it came to.</param>
internal sealed record ScoreRecord(string Key, ShardScore Score);
