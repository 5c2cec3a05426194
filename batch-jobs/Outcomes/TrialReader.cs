using System.Globalization;
using System.Net.Http.Headers;
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

    // Of a history for people. A trial that was started more often shows its last starts.
    private const int MostPoints = 200;
    private const int MostStarts = 50;
    private const int MostBytesOfStart = 64 * 1024;

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

    /// <summary>The trial's learning curve and its time on nodes, as far as its blobs tell; a curve of many points is thinned out.</summary>
    /// <param name="prefix">The trial's folder.</param>
    /// <param name="metric">The metric of the curve.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<TrialHistory> HistoryAsync(string prefix, string metric, CancellationToken cancellationToken = default)
    {
        BlobContainerClient container = TrialContainer.Of(blobs, prefix);
        var curve = new SortedDictionary<double, double>();
        foreach (var line in (await TailAsync(container.GetBlobClient($"{prefix}/output/metrics.jsonl"), cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var values = new Dictionary<string, double>(StringComparer.Ordinal);
            Collect(line, values);
            if (values.TryGetValue("epoch", out var epoch) && values.TryGetValue(metric, out var value) && double.IsFinite(epoch) && double.IsFinite(value))
            {
                curve[epoch] = value; // An epoch comes again after a preemption; the last one counts.
            }
        }

        int step = (curve.Count + MostPoints - 1) / MostPoints;
        MetricPoint[] points = [.. curve.Where((_, i) => i % step == 0 || i == curve.Count - 1).Select(point => new MetricPoint(point.Key, point.Value))];
        return new TrialHistory(points, await NodeTimesAsync(container, prefix, cancellationToken));
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

    private async Task<IReadOnlyList<NodeTime>> NodeTimesAsync(BlobContainerClient container, string prefix, CancellationToken cancellationToken)
    {
        var heard = new Dictionary<(int Attempt, int Start), DateTimeOffset>();
        var names = new SortedDictionary<(int Attempt, int Start), string>();
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{prefix}/logs/", cancellationToken))
            {
                // logs/attempt-1/start-2/stdout.txt, written every few seconds and at the end.
                if (blob.Name[prefix.Length..].Split('/') is [_, _, var attempt, var start, _] && Number(attempt, "attempt-") is { } a && Number(start, "start-") is { } n)
                {
                    DateTimeOffset at = blob.Properties.LastModified ?? default;
                    heard[(a, n)] = heard.TryGetValue((a, n), out DateTimeOffset before) && before > at ? before : at;
                }
            }

            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{prefix}/starts/", cancellationToken))
            {
                if (Path.GetFileNameWithoutExtension(blob.Name).Split('-') is [var attempt, var start] && Number(attempt, "") is { } a && Number(start, "") is { } n)
                {
                    names[(a, n)] = blob.Name;
                }
            }
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return []; // Never submitted.
        }

        TrialResult? result;
        try
        {
            result = await ResultAsync(prefix, cancellationToken);
        }
        catch (JsonException)
        {
            result = null; // Whoever judges the trial says so; a history does without.
        }

        (int, int)[] starts = [.. names.Keys.TakeLast(MostStarts)];
        var times = new List<NodeTime>();
        for (int i = 0; i < starts.Length; i++)
        {
            (int attempt, int start) = starts[i];
            if (await StartedAsync(container.GetBlobClient(names[(attempt, start)]), cancellationToken) is not { } kept)
            {
                continue;
            }

            (DateTimeOffset from, string node) = kept;
            bool hasResult = result is not null && (result.Attempt, result.Start) == (attempt, start);
            NodeTimeEnd end = i + 1 < starts.Length ? (starts[i + 1].Item1 == attempt ? NodeTimeEnd.Preempted : NodeTimeEnd.Ended) : hasResult ? NodeTimeEnd.Ended : NodeTimeEnd.None;
            DateTimeOffset? to = hasResult && result!.EndedAt is { } ended ? ended : heard.TryGetValue((attempt, start), out DateTimeOffset last) ? last : null;
            times.Add(new NodeTime(attempt, start, node, from, to < from ? from : to, end));
        }

        return times;
    }

    /// <summary>When and where a process started; null where what is kept of that makes no sense: the trial itself can write there.</summary>
    private static async Task<(DateTimeOffset From, string Node)?> StartedAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var range = new BlobDownloadOptions { Range = new HttpRange(0, MostBytesOfStart) };
            using var document = JsonDocument.Parse((await blob.DownloadContentAsync(range, cancellationToken)).Value.Content);
            JsonElement start = document.RootElement;
            return start.ValueKind == JsonValueKind.Object && start.TryGetProperty("startedAt", out JsonElement at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out DateTimeOffset from)
                ? (from, start.TryGetProperty("node", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "")
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 416)
        {
            return null; // Gone since it was listed, or empty.
        }
    }

    private static int? Number(string text, string before) =>
        text.StartsWith(before, StringComparison.Ordinal) && int.TryParse(text.AsSpan(before.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

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
            // Mostly that is all of it.
            var beginning = (await blob.DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(0, Tail) }, cancellationToken)).Value;
            if (!ContentRangeHeaderValue.TryParse(beginning.Details.ContentRange, out var range) || range.Length is not { } length || length <= Tail)
            {
                return beginning.Content.ToString();
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
