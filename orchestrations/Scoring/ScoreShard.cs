using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Scoring;
using DurableMl.Inference.Sessions;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Activity: scores one shard and writes its predictions. A shard whose predictions by the same version are there already is left alone.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="scorer">The models.</param>
public sealed class ScoreShard(BlobServiceClient blobs, BatchScorer scorer)
{
    internal const string LabelsSuffix = "-labels.npy";
    private const string FeaturesSuffix = "-features.npy";
    private const long MaxShardBytes = 1L << 30;

    /// <summary>Scores the shard.</summary>
    /// <param name="input">The shard.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">The shard does not fit the model, or the model cannot be used.</exception>
    [Function(nameof(ScoreShard))]
    public async Task<ShardScore> RunAsync([ActivityTrigger] ScoreShardInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ScoreInput score = input.Score;
        BlobContainerClient output = blobs.GetBlobContainerClient(score.Output.Container);
        string name = score.Output.Prefix.TrimEnd('/') + "/" + Relative(score.Input.Prefix, input.Shard);
        BlobClient record = output.GetBlobClient(name + ".score.json");
        BlobClient source = blobs.GetBlobContainerClient(score.Input.Container).GetBlobClient(input.Shard);
        BlobProperties properties = await source.GetPropertiesAsync(cancellationToken: cancellationToken);
        string key = string.Create(CultureInfo.InvariantCulture, $"{score.Model}/{score.Version}/{score.Format}/{score.Batch}/{properties.ETag}");
        if (await record.ReadJsonAsync<ScoreRecord>(cancellationToken) is { } done && done.Key == key)
        {
            return done.Score;
        }

        (float[] scores, long[] rowShape, int rows) = await ScoreAsync(score, source, properties, cancellationToken);
        int width = rows == 0 ? 0 : scores.Length / rows;
        byte[] content = score.Format == ScoreFormat.Npy
            ? NpyWriter.Write<float>(scores, [rows, .. rowShape.Select(size => (int)size)])
            : JsonLines(scores, rows, width);
        string predictions = name + (score.Format == ScoreFormat.Npy ? "-predictions.npy" : "-predictions.jsonl");
        await output.GetBlobClient(predictions).UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        (long labelled, long correct) = await CompareAsync(score, input.Shard, scores, rows, width, cancellationToken);
        var result = new ShardScore(input.Shard, predictions, Convert.ToHexStringLower(SHA256.HashData(content)), rows, labelled, correct);
        await record.WriteJsonAsync(new ScoreRecord(key, result), cancellationToken);
        return result;
    }

    private async Task<(float[] Scores, long[] RowShape, int Rows)> ScoreAsync(ScoreInput score, BlobClient source, BlobProperties properties, CancellationToken cancellationToken)
    {
        if (properties.ContentLength > MaxShardBytes)
        {
            throw new PermanentFailureException($"{source.Name} has {properties.ContentLength} bytes; a shard may have {MaxShardBytes}.");
        }

        byte[] file = await ReadAsync(source, properties, cancellationToken);
        (IReadOnlyList<int> shape, Memory<byte> elements) = Elements(file, source.Name);
        try
        {
            (float[] scores, long[] rowShape) = await scorer.ScoreAsync(score.Model, score.Version, elements, [.. shape.Select(size => (long)size)], score.Batch, cancellationToken);
            return (scores, rowShape, shape[0]);
        }
        catch (Exception e) when (e is InvalidModelException or ModelNotFoundException)
        {
            throw new PermanentFailureException($"{source.Name}: {e.Message}", e);
        }
    }

    // Whichever of the two types .npy readers here know; the scorer says whether it is the model's.
    private static (IReadOnlyList<int> Shape, Memory<byte> Elements) Elements(byte[] file, string name)
    {
        try
        {
            return NpyReader.Read<float>(file, name);
        }
        catch (DatasetFormatException)
        {
            return NpyReader.Read<long>(file, name);
        }
    }

    private async Task<(long Labelled, long Correct)> CompareAsync(ScoreInput score, string shard, float[] scores, int rows, int width, CancellationToken cancellationToken)
    {
        if (!shard.EndsWith(FeaturesSuffix, StringComparison.Ordinal) || width == 0)
        {
            return (0, 0);
        }

        BlobClient blob = blobs.GetBlobContainerClient(score.Input.Container).GetBlobClient(shard[..^FeaturesSuffix.Length] + LabelsSuffix);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            (_, Memory<byte> elements) = NpyReader.Read<long>(await ReadAsync(blob, properties, cancellationToken), blob.Name);
            ReadOnlySpan<long> labels = MemoryMarshal.Cast<byte, long>(elements.Span);
            if (labels.Length != rows)
            {
                throw new PermanentFailureException($"{blob.Name} has {labels.Length} labels for {rows} examples.");
            }

            long correct = 0;
            for (int i = 0; i < rows; i++)
            {
                correct += IndexOfMax(scores.AsSpan(i * width, width)) == labels[i] ? 1 : 0;
            }

            return (rows, correct);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (0, 0);
        }
    }

    private static async Task<byte[]> ReadAsync(BlobClient blob, BlobProperties properties, CancellationToken cancellationToken)
    {
        var file = new byte[properties.ContentLength];
        using var stream = new MemoryStream(file);
        await blob.DownloadToAsync(stream, new BlobDownloadToOptions { Conditions = new() { IfMatch = properties.ETag } }, cancellationToken);
        return file;
    }

    private static byte[] JsonLines(float[] scores, int rows, int width)
    {
        using var lines = new MemoryStream();
        using var json = new Utf8JsonWriter(lines);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = scores.AsSpan(row * width, width);
            json.WriteStartObject();
            json.WriteNumber("index", row);
            json.WriteNumber("prediction", IndexOfMax(values));
            json.WriteStartArray("scores");
            foreach (float value in values)
            {
                if (float.IsFinite(value))
                {
                    json.WriteNumberValue(value);
                }
                else
                {
                    // JSON has no number for it.
                    json.WriteNullValue();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.Flush();
            lines.WriteByte((byte)'\n');
            json.Reset();
        }

        return lines.ToArray();
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    private static string Relative(string prefix, string shard)
    {
        string name = shard[(prefix.LastIndexOf('/') + 1)..];
        return name[..^".npy".Length];
    }

    private sealed record ScoreRecord(string Key, ShardScore Score);
}
