using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Submission;

namespace DurableMl.BatchJobs.Outcomes;

/// <summary>Reads what a trial's processes have left in blobs: the result in the container <c>runs</c>, all else in the trial's own.</summary>
public sealed class TrialReader(BlobServiceClient blobs)
{
    // The newest lines of metrics.jsonl are enough for the last values; a long training's file is large.
    private const int Tail = 256 * 1024;

    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);

    /// <summary>The result, or null where there is none yet.</summary>
    /// <param name="prefix">The trial's folder, as <see cref="TrainingTask.BlobPrefix"/> gives it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<TrialResult?> ResultAsync(string prefix, CancellationToken cancellationToken = default) =>
        await ReadAsync($"{prefix}/output/result.json", cancellationToken) is { } content ? TrialResult.Parse(content) : null;

    /// <summary>How far the trial has come; nothing done where there are no metrics yet.</summary>
    /// <param name="prefix">The trial's folder.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<TrialProgress> ProgressAsync(string prefix, CancellationToken cancellationToken = default)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        bool ended = false;
        foreach (var line in (await TailAsync(TrialContainer.Of(blobs, prefix).GetBlobClient($"{prefix}/output/metrics.jsonl"), cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            ended |= Collect(line, metrics);
        }

        return new TrialProgress(metrics.GetValueOrDefault("epoch"), metrics, ended);
    }

    /// <summary>How often the trial's processes were started.</summary>
    /// <param name="prefix">The trial's folder.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<TrialStarts> StartsAsync(string prefix, CancellationToken cancellationToken = default)
    {
        var attempts = new HashSet<int>();
        var starts = 0;
        try
        {
            await foreach (var blob in TrialContainer.Of(blobs, prefix).GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{prefix}/starts/", cancellationToken))
            {
                var name = Path.GetFileNameWithoutExtension(blob.Name).Split('-');
                if (name.Length == 2 && int.TryParse(name[0], CultureInfo.InvariantCulture, out var attempt))
                {
                    attempts.Add(attempt);
                    starts++;
                }
            }
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Never submitted: it has no container yet.
        }

        return new TrialStarts(attempts.Count, starts, attempts.DefaultIfEmpty().Max());
    }

    /// <summary>Returns whether the line shows that an epoch has ended.</summary>
    private static bool Collect(string line, Dictionary<string, double> metrics)
    {
        JsonElement values;
        try
        {
            using var document = JsonDocument.Parse(line);
            values = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return false; // Caught while the job was writing it; the next upload has it whole.
        }

        if (values.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var property in values.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number))
        {
            metrics[property.Name] = property.Value.GetDouble();
        }

        // A step's line may say "epoch 1" before the epoch's own line, with the validation metrics, is there.
        double epoch = values.TryGetProperty("epoch", out JsonElement number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : 0;
        bool isEpoch = values.TryGetProperty("kind", out JsonElement kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("epoch");
        return epoch > 1 || (isEpoch && epoch >= 1);
    }

    private static async Task<string> TailAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var length = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
            if (length <= Tail)
            {
                return (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToString();
            }

            var options = new BlobDownloadOptions { Range = new HttpRange(length - Tail) };
            var text = (await blob.DownloadContentAsync(options, cancellationToken)).Value.Content.ToString();
            return text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 416)
        {
            return "";
        }
    }

    private async Task<BinaryData?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await runs.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }
}
