using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;
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
        string name = UnitPredictions.NameOf(score, input.Shard)[..^".npy".Length];
        ScoreFormat format = score.Format ?? ScoreFormat.Npy;
        BlobClient record = output.GetBlobClient(name + UnitPredictions.Record);
        BlobClient source = blobs.GetBlobContainerClient(score.Input.Container).GetBlobClient(input.Shard);
        BlobProperties properties = await source.GetPropertiesAsync(cancellationToken: cancellationToken);
        string key = string.Create(CultureInfo.InvariantCulture, $"{score.Model}/{score.Version}/{format}/{score.Batch}/{score.Prediction}/{properties.ETag}");
        if (await record.ReadJsonAsync<ScoreRecord>(cancellationToken) is { } done && done.Key == key)
        {
            return done.Score;
        }

        RowScores scores = await ScoreAsync(score, source, properties, cancellationToken);
        byte[] content = format == ScoreFormat.Npy ? Array(score, scores) : JsonLines(scores);
        string predictions = name + (format == ScoreFormat.Npy ? "-predictions.npy" : "-predictions.jsonl");
        await output.GetBlobClient(predictions).UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        (long labelled, long correct) = await CompareAsync(score, input.Shard, scores, cancellationToken);
        var result = new ShardScore(input.Shard, predictions, Convert.ToHexStringLower(SHA256.HashData(content)), scores.Rows, labelled, correct);
        await record.WriteJsonAsync(new ScoreRecord(key, result), cancellationToken);
        return result;
    }

    private async Task<RowScores> ScoreAsync(ScoreInput score, BlobClient source, BlobProperties properties, CancellationToken cancellationToken)
    {
        if (properties.ContentLength > MaxShardBytes)
        {
            throw new PermanentFailureException($"{source.Name} has {properties.ContentLength} bytes; a shard may have {MaxShardBytes}.");
        }

        byte[] file = await ReadAsync(source, properties, cancellationToken);
        if (ArrayFile.Read(file, source.Name, MaxShardBytes) is not [var rows])
        {
            throw new PermanentFailureException($"{source.Name} holds several arrays; a shard is one.");
        }

        try
        {
            return await scorer.ScoreAsync(score.Model, score.Version, rows, score.Batch, score.Prediction, cancellationToken);
        }
        catch (Exception e) when (e is InvalidModelException or ModelNotFoundException)
        {
            throw new PermanentFailureException($"{source.Name}: {e.Message}", e);
        }
    }

    private async Task<(long Labelled, long Correct)> CompareAsync(ScoreInput score, string shard, RowScores scores, CancellationToken cancellationToken)
    {
        // How right a value or a text is, classes do not tell.
        if (!shard.EndsWith(FeaturesSuffix, StringComparison.Ordinal) || scores.Classes() is not { } classes)
        {
            return (0, 0);
        }

        BlobClient blob = blobs.GetBlobContainerClient(score.Input.Container).GetBlobClient(shard[..^FeaturesSuffix.Length] + LabelsSuffix);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            (_, Memory<byte> elements) = NpyReader.Read<long>(await ReadAsync(blob, properties, cancellationToken), blob.Name);
            ReadOnlySpan<long> labels = MemoryMarshal.Cast<byte, long>(elements.Span);
            if (labels.Length != classes.Length)
            {
                throw new PermanentFailureException($"{blob.Name} must have one label for each example: there are {labels.Length}, and the shard has {classes.Length}.");
            }

            long correct = 0;
            for (int i = 0; i < classes.Length; i++)
            {
                correct += classes[i] == labels[i] ? 1 : 0;
            }

            return (classes.Length, correct);
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

    private static byte[] Array(ScoreInput score, RowScores scores)
    {
        if (scores.Numbers.Length > 0 || scores.Rows == 0)
        {
            return NpyWriter.Write<float>(scores.Numbers, [scores.Rows, .. scores.RowShape.Select(size => (int)size)]);
        }

        return scores.Labels is { } labels
            ? NpyWriter.Write<long>([.. labels], scores.Rows)
            : throw new PermanentFailureException($"Version {score.Version} of model {score.Model} answers with text, which this .npy cannot hold. Score it with format jsonl.");
    }

    private static byte[] JsonLines(RowScores scores)
    {
        long[]? classes = scores.Classes();
        using var lines = new MemoryStream();
        using var json = new Utf8JsonWriter(lines);
        for (int row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<float> numbers = scores.Numbers.AsSpan(row * scores.Width, scores.Width);
            json.WriteStartObject();
            json.WriteNumber("index", row);
            if (scores.Role == OutputRole.Value)
            {
                json.WritePropertyName("prediction");
                Write(json, numbers[0]);
            }
            else
            {
                WriteClass(json, scores, classes, row);
                if (numbers.Length > 0)
                {
                    WriteScores(json, scores.Role is null ? "values" : "scores", numbers, scores.Columns);
                }
            }

            json.WriteEndObject();
            json.Flush();
            lines.WriteByte((byte)'\n');
            json.Reset();
        }

        return lines.ToArray();
    }

    private static void WriteClass(Utf8JsonWriter json, RowScores scores, long[]? classes, int row)
    {
        if (scores.Texts is { } texts)
        {
            json.WriteString("prediction", texts[row]);
        }
        else if (scores.Role == OutputRole.Scores && scores.Columns is { } columns)
        {
            json.WriteString("prediction", columns[(int)classes![row]]);
        }
        else if (classes is not null)
        {
            json.WriteNumber("prediction", classes[row]);
        }
    }

    // By class where the classes have names.
    private static void WriteScores(Utf8JsonWriter json, string name, ReadOnlySpan<float> numbers, IReadOnlyList<string>? columns)
    {
        json.WritePropertyName(name);
        if (columns is null)
        {
            json.WriteStartArray();
        }
        else
        {
            json.WriteStartObject();
        }

        for (int i = 0; i < numbers.Length; i++)
        {
            if (columns is not null)
            {
                json.WritePropertyName(columns[i]);
            }

            Write(json, numbers[i]);
        }

        if (columns is null)
        {
            json.WriteEndArray();
        }
        else
        {
            json.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter json, float value)
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
}
