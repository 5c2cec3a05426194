using System.Collections.Concurrent;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Serving;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// Brings labels together with what was predicted, on whichever instance they arrive. Labels of a request that another instance answered
/// wait in storage; each instance looks there and takes what it knows.
/// </summary>
/// <remarks>
/// Labels are taken away from storage, under their ETag, before they are counted: a crash in between loses a label, and none counts twice.
/// </remarks>
internal sealed class FeedbackMatcher(
    PredictionLog predictions, ExperimentLog experiments, PendingFeedback pending, InferenceOptions options, TimeProvider time)
{
    /// <summary>How often instances look for labels.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int MaxTaken = 1000;
    private const int Parallelism = 8;

    /// <summary>Labels that nobody knows a request for wait so long.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Waiting> models = new();

    /// <summary>The models whose waiting labels are this instance's concern: it remembers requests of theirs, or has stored labels.</summary>
    public IEnumerable<string> Models => predictions.Models.Union(models.Keys);

    /// <summary>Counts the true classes of the examples of a request that this instance answered.</summary>
    /// <returns>The routes and versions they were counted for, none if the request had its labels already; null when it is not known here.</returns>
    /// <exception cref="InferenceException">400: not as many labels as examples.</exception>
    public IReadOnlyList<(string Route, string Version, int Correct)>? Label(string model, string id, IReadOnlyList<long> labels)
    {
        RequestKey key = RequestKey.Of(id);
        if (predictions.Take(model, key) is not { } made)
        {
            return null;
        }

        if (made.Count > 0 && made[0].Classes.Length != labels.Count)
        {
            // Put back: the right labels may follow.
            made.ForEach(prediction => predictions.Add(model, key, prediction));
            throw InferenceException.Field("$.labels", $"must be one for each example: request '{id}' had {made[0].Classes.Length}, and there are {labels.Count}.");
        }

        return made.ConvertAll(prediction =>
            (prediction.Route, prediction.Version, experiments.Label(model, prediction.Route, prediction.Version, prediction.Classes, labels)));
    }

    /// <summary>Stores labels for the instance that answered their request. The same labels again change nothing.</summary>
    /// <exception cref="InferenceException">429: too many wait already. 409: other labels of the same request do.</exception>
    public async Task StoreAsync(string model, string id, IReadOnlyList<long> labels, CancellationToken cancellationToken)
    {
        if (!models.TryGetValue(model, out Waiting? waiting) || time.GetElapsedTime(waiting.Seen) > Interval)
        {
            await SweepAsync(model, cancellationToken);
            waiting = models.GetOrAdd(model, static _ => new Waiting());
        }

        if (Volatile.Read(ref waiting.Count) >= options.MaxPendingFeedback)
        {
            throw new InferenceException(429, $"{options.MaxPendingFeedback} requests' labels of model '{model}' wait for their instances already. Send these again later.", Interval);
        }

        waiting.Stored = time.GetTimestamp();
        if (!await pending.TryAddAsync(model, new(id, labels), cancellationToken))
        {
            throw new InferenceException(409, $"Other labels of request '{id}' wait for the instance that answered it. Only the first count.");
        }

        Interlocked.Increment(ref waiting.Count);
        models.TryAdd(model, waiting);
    }

    /// <summary>Takes the waiting labels of a model whose requests this instance knows, and removes those that have waited too long.</summary>
    /// <returns>How many go on waiting.</returns>
    public async Task<int> SweepAsync(string model, CancellationToken cancellationToken)
    {
        Waiting waiting = models.GetOrAdd(model, static _ => new Waiting());
        await waiting.Sweeping.WaitAsync(cancellationToken);
        try
        {
            string? from = waiting.Next;
            (List<BlobItem> found, waiting.Next) = await pending.ListAsync(model, from, options.MaxPendingFeedback, cancellationToken);
            DateTimeOffset oldest = time.GetUtcNow() - Lifetime;
            var due = found.Where(blob => IsKnown(model, blob) || blob.Properties.LastModified < oldest).Take(MaxTaken).ToList();
            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                async (blob, token) => await (IsKnown(model, blob) ? MatchAsync(model, blob, token) : ExpireAsync(model, blob, token)));

            // A part of a listing is only as long as it is because the whole exceeds the limit.
            int left = found.Count - due.Count;
            Volatile.Write(ref waiting.Count, from is null && waiting.Next is null ? left : Math.Max(left, options.MaxPendingFeedback));
            waiting.Seen = time.GetTimestamp();
            if (waiting.Count == 0 && time.GetElapsedTime(waiting.Stored) > Interval)
            {
                models.TryRemove(KeyValuePair.Create(model, waiting));
            }

            return waiting.Count;
        }
        finally
        {
            waiting.Sweeping.Release();
        }
    }

    private bool IsKnown(string model, BlobItem blob) => PendingFeedback.KeyOf(blob) is { } key && predictions.Knows(model, key);

    private async Task ExpireAsync(string model, BlobItem blob, CancellationToken cancellationToken)
    {
        if (await pending.RemoveAsync(blob, cancellationToken))
        {
            experiments.Feedback(model, counts => counts.Unmatched++);
        }
    }

    private async Task MatchAsync(string model, BlobItem blob, CancellationToken cancellationToken)
    {
        try
        {
            if (await pending.TakeAsync(blob, cancellationToken) is not { } labels)
            {
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
            if (await pending.RemoveAsync(blob, cancellationToken))
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

    private sealed class Waiting
    {
        public int Count;

        /// <summary>One sweep at a time.</summary>
        public SemaphoreSlim Sweeping { get; } = new(1, 1);

        /// <summary>Where the next listing goes on.</summary>
        public string? Next { get; set; }

        /// <summary>When the count was taken.</summary>
        public long Seen { get; set; }

        /// <summary>When labels were stored here last; a listing of that moment need not have them yet.</summary>
        public long Stored { get; set; }
    }
}
