using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Tables;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing.Tables;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Activity: scores the rows of one table, read as training reads them, and writes a line for each. A table whose predictions by the same version are there already is left alone.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="scorer">The models.</param>
public sealed class ScoreTable(BlobServiceClient blobs, BatchScorer scorer)
{
    private const long MaxBytes = 4L << 30;

    // Of a Parquet file, above which its row groups are read one by one.
    private const long PieceBytes = 32 << 20;

    /// <summary>Scores the table.</summary>
    /// <param name="input">The table.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The model cannot be used, or more cannot be scored than may be left out.</exception>
    [Function(nameof(ScoreTable))]
    public async Task<ShardScore> RunAsync([ActivityTrigger] ScoreShardInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScoreInput score = input.Score;
        string file = $"{score.Input.Container}/{input.Shard}";
        BlobProperties properties = await PropertiesAsync(score, input.Shard, file, cancellationToken);
        if (properties.ContentLength > MaxBytes)
        {
            throw new PermanentFailureException($"{file} has {properties.ContentLength} bytes; a table to score may have {MaxBytes}. Divide it into several files.");
        }

        var predictions = new UnitPredictions(blobs, score, input.Shard, UnitPredictions.NameOf(score, input.Shard), properties.ETag.ToString());
        if (await predictions.FindAsync(cancellationToken) is { } done)
        {
            return done;
        }

        var whole = new TablePiece(score.Input.Container, input.Shard, properties.ETag.ToString(), properties.ContentLength);
        return await predictions.WriteAsync(
            RowsAsync(score, whole, cancellationToken), (await score.SignatureAsync(scorer, cancellationToken))!, file, _ => file, cancellationToken);
    }

    private async IAsyncEnumerable<ScoredRows> RowsAsync(ScoreInput score, TablePiece whole, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool isParquet = TableFileType.Of(whole.Blob)!.Value.Format == TableFormat.Parquet;
        long last = 0;
        foreach (TablePiece piece in isParquet ? await whole.CutAsync(blobs, PieceBytes, cancellationToken) : [whole])
        {
            await using Stream content = await piece.OpenAsync(blobs, cancellationToken);
            TableSource table = piece.Source(content) with { FirstRow = last + 1 };
            await foreach (ScoredRows rows in scorer.ScoreTableAsync(score.Model, score.Version, table, score.Options, cancellationToken))
            {
                yield return rows;
                last = Math.Max(last, Math.Max(rows.Rows.DefaultIfEmpty().Max(), rows.Faults.Select(fault => fault.Row).DefaultIfEmpty().Max()));
            }
        }
    }

    private async Task<BlobProperties> PropertiesAsync(ScoreInput score, string blob, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await blobs.GetBlobContainerClient(score.Input.Container).GetBlobClient(blob).GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"{file} is not there any more. Score again without it.", e);
        }
    }
}
