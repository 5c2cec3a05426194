using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// The latest answers by request, so that a label that comes later finds what was predicted. The oldest leave first. A request whose
/// label has come keeps its place without its predictions, so that the same label sent again is known for a repetition.
/// </summary>
internal sealed class PredictionLog(int capacity)
{
    /// <summary>Requests remembered by a server.</summary>
    public const int DefaultCapacity = 100_000;

    /// <summary>Examples of a request that is remembered; larger ones are not.</summary>
    public const int MaxRows = 256;

    private const int MaxPredictions = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Model, string Key), List<Prediction>> predictions = [];
    private readonly Queue<(string Model, string Key)> order = [];
    private readonly Dictionary<string, int> requests = [];

    /// <summary>The models of which requests are remembered.</summary>
    public IReadOnlyList<string> Models
    {
        get
        {
            lock (gate)
            {
                return [.. requests.Keys];
            }
        }
    }

    /// <summary>A request's id by its SHA-256 in hexadecimal: of one size whatever the caller chose, and fit for a blob's name.</summary>
    public static string KeyOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    public void Add(string model, string id, Prediction prediction)
    {
        string key = KeyOf(id);
        lock (gate)
        {
            if (predictions.TryGetValue((model, key), out List<Prediction>? existing))
            {
                // The same id again, or a shadow's answer to the same request.
                if (existing.Count < MaxPredictions)
                {
                    existing.Add(prediction);
                }

                return;
            }

            predictions[(model, key)] = [prediction];
            order.Enqueue((model, key));
            requests[model] = requests.GetValueOrDefault(model) + 1;
            if (order.Count > capacity)
            {
                (string Model, string Key) oldest = order.Dequeue();
                predictions.Remove(oldest);
                if (--requests[oldest.Model] == 0)
                {
                    requests.Remove(oldest.Model);
                }
            }
        }
    }

    /// <summary>Whether a request is remembered, labelled or not.</summary>
    public bool Knows(string model, string key)
    {
        lock (gate)
        {
            return predictions.ContainsKey((model, key));
        }
    }

    /// <summary>Takes what was predicted for a request, so that a label counts once: empty if it was taken before, null if the request is not known (any more).</summary>
    public List<Prediction>? Take(string model, string id)
    {
        lock (gate)
        {
            if (!predictions.TryGetValue((model, KeyOf(id)), out List<Prediction>? found))
            {
                return null;
            }

            predictions[(model, KeyOf(id))] = [];
            return found;
        }
    }

    /// <param name="Route">The route that made it.</param>
    /// <param name="Version">The version that made it.</param>
    /// <param name="Classes">The class given to each example.</param>
    internal sealed record Prediction(string Route, string Version, long[] Classes);
}

/// <summary>
/// Brings labels together with what was predicted, on whichever instance they arrive. Labels of a request that another instance answered
/// wait in <c>{model}/feedback/{SHA-256 of the request's id}.json</c>; each instance looks there and takes what it knows.
/// </summary>
/// <remarks>
/// Labels are taken away from storage, under their ETag, before they are counted: a crash in between loses a label, and none counts twice.
/// </remarks>
internal sealed class FeedbackMatcher(PredictionLog predictions, ExperimentLog experiments, ModelRegistry registry, InferenceOptions options, TimeProvider time)
{
    /// <summary>How often instances look for labels.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int Parallelism = 8;
    private const int MaxBytes = 64 << 10;

    /// <summary>Labels that nobody knows a request for wait so long.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // Models that labels were stored for from here, with when.
    private readonly ConcurrentDictionary<string, long> stored = new();

    /// <summary>The models whose waiting labels are this instance's concern: it remembers requests of theirs, or has stored labels.</summary>
    public IEnumerable<string> Models => predictions.Models.Union(stored.Keys);

    /// <summary>Counts the true classes of the examples of a request that this instance answered.</summary>
    /// <returns>The routes and versions they were counted for, none if the request had its labels already; null when it is not known here.</returns>
    /// <exception cref="InferenceException">400: not as many labels as examples.</exception>
    public IReadOnlyList<(string Route, string Version, int Correct)>? Label(string model, string id, IReadOnlyList<long> labels)
    {
        if (predictions.Take(model, id) is not { } made)
        {
            return null;
        }

        if (made.Count > 0 && made[0].Classes.Length != labels.Count)
        {
            // Put back: the right labels may follow.
            made.ForEach(prediction => predictions.Add(model, id, prediction));
            throw new InferenceException(400, $"$.labels: must be one for each example: request '{id}' had {made[0].Classes.Length}, and there are {labels.Count}.");
        }

        return made.ConvertAll(prediction =>
            (prediction.Route, prediction.Version, experiments.Label(model, prediction.Route, prediction.Version, prediction.Classes, labels)));
    }

    /// <summary>Stores labels for the instance that answered their request. The same labels again change nothing.</summary>
    /// <exception cref="InferenceException">429: too many wait already. 409: other labels of the same request do.</exception>
    public async Task StoreAsync(string model, string id, IReadOnlyList<long> labels, CancellationToken cancellationToken)
    {
        if ((await ListAsync(model, cancellationToken)).Count >= options.MaxPendingFeedback)
        {
            throw new InferenceException(429, $"{options.MaxPendingFeedback} requests' labels of model '{model}' wait for their instances already. Send these again later.", Interval);
        }

        stored[model] = time.GetTimestamp();
        BlobClient blob = registry.Container.GetBlobClient($"{Prefix(model)}{PredictionLog.KeyOf(id)}.json");
        if (await ModelRegistry.TryReplaceAsync(blob, new PendingLabels(id, labels), default, cancellationToken) is null
            && (await ModelRegistry.ReadAsync<PendingLabels>(blob, cancellationToken)).Value is { } waiting && !waiting.Labels.SequenceEqual(labels))
        {
            throw new InferenceException(409, $"Other labels of request '{id}' wait for the instance that answered it. Only the first count.");
        }
    }

    /// <summary>Takes the waiting labels of a model whose requests this instance knows, and removes those that have waited too long.</summary>
    /// <returns>How many go on waiting.</returns>
    public async Task<int> SweepAsync(string model, CancellationToken cancellationToken)
    {
        List<BlobItem> found = await ListAsync(model, cancellationToken);
        DateTimeOffset oldest = time.GetUtcNow() - Lifetime;
        var due = found.Where(blob => IsKnown(model, blob) || blob.Properties.LastModified < oldest).ToList();
        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (blob, token) => await (IsKnown(model, blob) ? MatchAsync(model, blob, token) : ExpireAsync(model, blob, token)));
        if (found.Count == due.Count && stored.TryGetValue(model, out long latest) && time.GetElapsedTime(latest) > Interval)
        {
            stored.TryRemove(KeyValuePair.Create(model, latest));
        }

        return found.Count - due.Count;
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "feedback/";

    private bool IsKnown(string model, BlobItem blob) => predictions.Knows(model, Path.GetFileNameWithoutExtension(blob.Name));

    private async Task ExpireAsync(string model, BlobItem blob, CancellationToken cancellationToken)
    {
        if (await RemoveAsync(blob, cancellationToken))
        {
            experiments.Feedback(model, counts => counts.Unmatched++);
        }
    }

    private async Task MatchAsync(string model, BlobItem blob, CancellationToken cancellationToken)
    {
        try
        {
            PendingLabels? labels = blob.Properties.ContentLength > MaxBytes
                ? throw new InvalidDataException($"'{blob.Name}' is larger than {MaxBytes} bytes.")
                : (await ModelRegistry.ReadAsync<PendingLabels>(registry.Container.GetBlobClient(blob.Name), cancellationToken)).Value;
            if (labels is null || !await RemoveAsync(blob, cancellationToken))
            {
                // Another instance was faster.
                return;
            }

            switch (Label(model, labels.Id, labels.Labels))
            {
                case null:
                    // Forgotten between the listing and now.
                    experiments.Feedback(model, counts => counts.Unmatched++);
                    break;
                case []:
                    experiments.Feedback(model, counts => counts.Repeated++);
                    break;
            }
        }
        catch (InferenceException e)
        {
            Reject(model, e.Message);
        }
        catch (InvalidDataException e)
        {
            if (await RemoveAsync(blob, cancellationToken))
            {
                Reject(model, e.Message);
            }
        }
    }

    private void Reject(string model, string reason) => experiments.Feedback(model, counts =>
    {
        counts.Rejected++;
        counts.LatestRejection = new(time.GetUtcNow(), reason);
    });

    // As many as may wait: what is beyond comes once these have gone.
    private async Task<List<BlobItem>> ListAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(model), cancellationToken)
                .Take(options.MaxPendingFeedback).ToListAsync(cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // No model was ever published: there is no container yet.
            return [];
        }
    }

    private async Task<bool> RemoveAsync(BlobItem blob, CancellationToken cancellationToken)
    {
        try
        {
            await registry.Container.GetBlobClient(blob.Name).DeleteAsync(DeleteSnapshotsOption.None, new() { IfMatch = blob.Properties.ETag }, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <param name="Id">The request's id.</param>
    /// <param name="Labels">The true class of each of its examples.</param>
    private sealed record PendingLabels(string Id, IReadOnlyList<long> Labels);
}
