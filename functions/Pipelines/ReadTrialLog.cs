using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>GET api/pipelines/{runId}/trials/{trialId}/log</c>: what a trial's job has written, which its node uploads every ten seconds.</summary>
/// <param name="blobs">The data account.</param>
public sealed partial class ReadTrialLog(BlobServiceClient blobs)
{
    private const int MaxBytes = 256 << 10;

    /// <summary>
    /// A piece of the log, whole lines of it: <c>?stream=</c> stdout (the default) or stderr; <c>?part=</c> and <c>?offset=</c> as the piece before named them. Without
    /// a part, the last one; a part that has been read is followed by the next.
    /// </summary>
    [Function(nameof(ReadTrialLog))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}/trials/{trialId}/log")] HttpRequestData request,
        string runId,
        string trialId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string stream = request.Query["stream"] ?? "stdout";
        if (stream is not ("stdout" or "stderr"))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The stream is not valid.", $"stream must be stdout or stderr, not '{stream}'.");
        }

        if (!long.TryParse(request.Query["offset"] ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The offset is not valid.", "offset must be a whole number of bytes, 0 or more.");
        }

        if (!RunIds.IsValid(runId) || RunIds.TryTrialIndex(trialId) is null)
        {
            return await request.NoSuchAsync("trial", $"{runId}/{trialId}");
        }

        try
        {
            SortedDictionary<(int Attempt, int Start), BlobClient> parts = await PartsAsync(runId, trialId, stream, cancellationToken);
            return parts.Count == 0
                ? await request.JsonAsync(HttpStatusCode.OK, new TrialLog(null, 0, ""))
                : await request.JsonAsync(HttpStatusCode.OK, await ReadAsync(parts, request.Query["part"], offset, cancellationToken));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return await request.ProblemAsync(HttpStatusCode.NotFound, "There is no such trial.", $"No trial '{trialId}' of run '{runId}' has begun.");
        }
    }

    private static async Task<TrialLog> ReadAsync(SortedDictionary<(int Attempt, int Start), BlobClient> parts, string? part, long offset, CancellationToken cancellationToken)
    {
        (int, int) at = part is not null && Place(part) is { } wanted && parts.ContainsKey(wanted) ? wanted : parts.Keys.Last();
        if (part is null || part != Name(at))
        {
            offset = 0;
        }

        ReadOnlyMemory<byte> lines = await LinesAsync(parts[at], offset, cancellationToken);
        if (lines.IsEmpty && parts.Keys.Any(later => later.CompareTo(at) > 0))
        {
            (at, offset) = (parts.Keys.First(later => later.CompareTo(at) > 0), 0);
            lines = await LinesAsync(parts[at], offset, cancellationToken);
        }

        return new TrialLog(Name(at), offset + lines.Length, Encoding.UTF8.GetString(lines.Span));
    }

    /// <summary>Up to the last end of a line, so that no character is cut; without one all of it, which is a line's beginning or the end of the log.</summary>
    private static async Task<ReadOnlyMemory<byte>> LinesAsync(BlobClient blob, long offset, CancellationToken cancellationToken)
    {
        long length = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
        if (offset >= length)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var options = new BlobDownloadOptions { Range = new HttpRange(offset, Math.Min(MaxBytes, length - offset)) };
        ReadOnlyMemory<byte> bytes = (await blob.DownloadContentAsync(options, cancellationToken)).Value.Content.ToMemory();
        int end = bytes.Span.LastIndexOf((byte)'\n') + 1;
        return end > 0 ? bytes[..end] : bytes;
    }

    private async Task<SortedDictionary<(int Attempt, int Start), BlobClient>> PartsAsync(string runId, string trialId, string stream, CancellationToken cancellationToken)
    {
        var parts = new SortedDictionary<(int, int), BlobClient>();
        BlobContainerClient container = TrialContainer.Of(blobs, RunBlobs.Trial(runId, trialId).TrimEnd('/'));
        string prefix = RunBlobs.Trial(runId, trialId) + "logs/";
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            string[] segments = blob.Name[prefix.Length..].Split('/');
            if (segments is [var attempt, var start, var file] && file == stream + ".txt" && Place($"{attempt}/{start}") is { } place)
            {
                parts[place] = container.GetBlobClient(blob.Name);
            }
        }

        return parts;
    }

    private static string Name((int Attempt, int Start) place) => string.Create(CultureInfo.InvariantCulture, $"attempt-{place.Attempt}/start-{place.Start}");

    private static (int Attempt, int Start)? Place(string part) => PartName().Match(part) is { Success: true } match
        ? (int.Parse(match.Groups["attempt"].ValueSpan, CultureInfo.InvariantCulture), int.Parse(match.Groups["start"].ValueSpan, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex("^attempt-(?<attempt>[0-9]{1,9})/start-(?<start>[0-9]{1,9})\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PartName();
}

/// <summary>A piece of a trial's log.</summary>
/// <param name="Part">Of which attempt and which start of its task; null where nothing has been written yet.</param>
/// <param name="Next">The offset, in bytes, at which the next piece of that part begins.</param>
/// <param name="Text">Whole lines; empty where there is no more yet.</param>
public sealed record TrialLog(string? Part, long Next, string Text);
