using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Tensors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>What one route and version have done. Latencies are in the metrics.</summary>
/// <param name="Route">The route, as responses name it.</param>
/// <param name="Version">The version; null where none answered.</param>
public sealed record ExperimentArm(string Route, string? Version = null)
{
    /// <summary>Requests answered, failures included.</summary>
    public long Requests { get; set; }

    /// <summary>Requests that failed through the model or the server.</summary>
    public long Errors { get; set; }

    /// <summary>Shadow only: answers compared with the ones given.</summary>
    public long Compared { get; set; }

    /// <summary>Shadow only: answers with the same classes, or within the tolerance where there are no classes.</summary>
    public long Agreed { get; set; }

    /// <summary>Shadow only: copies left out because the shadow was behind.</summary>
    public long Dropped { get; set; }

    /// <summary>Shadow only: the largest absolute difference seen in a floating-point output.</summary>
    public double MaxDifference { get; set; }

    /// <summary>Examples whose true class came later.</summary>
    public long Labelled { get; set; }

    /// <summary>Of those, the ones it had right.</summary>
    public long Correct { get; set; }

    internal void Add(ExperimentArm other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        Compared += other.Compared;
        Agreed += other.Agreed;
        Dropped += other.Dropped;
        MaxDifference = Math.Max(MaxDifference, other.MaxDifference);
        Labelled += other.Labelled;
        Correct += other.Correct;
    }
}

/// <summary>What became of labels that waited for the instance which had answered their request, where it was not a count.</summary>
internal sealed record FeedbackCounts
{
    /// <summary>Labels that no instance knew a request for within an hour.</summary>
    public long Unmatched { get; set; }

    /// <summary>Labels that could not be counted, such as too many or too few of them.</summary>
    public long Rejected { get; set; }

    /// <summary>Labels whose request had its labels already.</summary>
    public long Repeated { get; set; }

    /// <summary>Why the latest of <see cref="Rejected"/> was.</summary>
    public Rejection? LatestRejection { get; set; }

    public void Add(FeedbackCounts other)
    {
        Unmatched += other.Unmatched;
        Rejected += other.Rejected;
        Repeated += other.Repeated;
        LatestRejection = LatestRejection is null || other.LatestRejection?.At >= LatestRejection.At ? other.LatestRejection : LatestRejection;
    }

    /// <param name="At">When.</param>
    /// <param name="Reason">Why.</param>
    internal sealed record Rejection(DateTimeOffset At, string Reason);
}

/// <summary>What the routes and versions of one model have done.</summary>
internal sealed class ExperimentCounts
{
    private const int MaxArms = 1024;
    private const string Other = "other";

    private readonly Dictionary<(string Route, string? Version), ExperimentArm> arms = [];

    /// <summary>By route and version.</summary>
    public IReadOnlyList<ExperimentArm> Arms
    {
        get => [.. arms.Values.OrderBy(arm => arm.Route, StringComparer.Ordinal).ThenBy(arm => arm.Version, StringComparer.Ordinal)];
        init => value.ToList().ForEach(arm => Arm(arm.Route, arm.Version).Add(arm));
    }

    /// <summary>Labels that were not counted.</summary>
    public FeedbackCounts Feedback { get; init; } = new();

    /// <summary>The arm of a route and version, to count in; past 1024 of them one that all others share.</summary>
    public ExperimentArm Arm(string route, string? version)
    {
        if (arms.TryGetValue((route, version), out ExperimentArm? arm))
        {
            return arm;
        }

        return arms.Count >= MaxArms && route != Other ? Arm(Other, null) : arms[(route, version)] = new(route, version);
    }

    public void Add(ExperimentCounts other)
    {
        foreach (ExperimentArm arm in other.arms.Values)
        {
            Arm(arm.Route, arm.Version).Add(arm);
        }

        Feedback.Add(other.Feedback);
    }
}

/// <summary>
/// Counts what routes and versions do: as metrics, and in <c>{model}/experiments/{process}.json</c>, where each process writes the sum of
/// what it has counted over what it wrote before. So a repeated write changes nothing, and no two processes write one blob. Blobs that
/// nobody has written for <see cref="Memory"/> are removed.
/// </summary>
internal sealed class ExperimentLog(ModelRegistry registry, PredictionLog predictions, InferenceMeter meter, TimeProvider time)
{
    /// <summary>How long the counts of a process that has ended stay.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    private const int MaxModels = 1000;
    private const int Parallelism = 16;

    private readonly string process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModelCounts> models = new();

    /// <summary>The models of which anything was counted here.</summary>
    public ICollection<string> Models => models.Keys;

    /// <summary>Counts a request and its latency.</summary>
    public void Answered(string model, string route, string? version, TimeSpan latency, bool failed)
    {
        meter.Answered(model, route, version, latency, failed);
        Update(model, counts =>
        {
            ExperimentArm arm = counts.Arm(route, version);
            arm.Requests++;
            arm.Errors += failed ? 1 : 0;
        });
    }

    /// <summary>Keeps what was predicted until its label comes.</summary>
    public void Predicted(string model, string id, InferResponse response)
    {
        if (Scores.Classes(response.Outputs, PredictionLog.MaxRows) is { } classes)
        {
            predictions.Add(model, id, new(response.Route, response.Version, classes));
        }
    }

    /// <summary>Counts a shadow's answer against the one given.</summary>
    public void Compared(string model, string id, string route, string version, TimeSpan latency, bool agreed, double difference, List<Tensor> outputs)
    {
        // First the prediction: whoever sees the comparison counted can send its label.
        if (Scores.Classes(outputs, PredictionLog.MaxRows) is { } classes)
        {
            predictions.Add(model, id, new(route, version, classes));
        }

        meter.Answered(model, route, version, latency, failed: false);
        meter.Compared(model, route, version, agreed);
        Update(model, counts =>
        {
            ExperimentArm arm = counts.Arm(route, version);
            arm.Requests++;
            arm.Compared++;
            arm.Agreed += agreed ? 1 : 0;
            arm.MaxDifference = Math.Max(arm.MaxDifference, difference);
        });
    }

    /// <summary>Counts a copy that the shadow had no time for.</summary>
    public void Dropped(string model, string route) => Update(model, counts => counts.Arm(route, null).Dropped++);

    /// <summary>Counts the true classes of examples.</summary>
    /// <returns>How many were predicted right.</returns>
    public int Label(string model, string route, string version, IReadOnlyList<long> predicted, IReadOnlyList<long> labels)
    {
        int correct = predicted.Zip(labels).Count(pair => pair.First == pair.Second);
        meter.Labelled(model, route, version, correct, labels.Count - correct);
        Update(model, counts =>
        {
            ExperimentArm arm = counts.Arm(route, version);
            arm.Labelled += labels.Count;
            arm.Correct += correct;
        });
        return correct;
    }

    /// <summary>Counts what became of labels that were not counted.</summary>
    public void Feedback(string model, Action<FeedbackCounts> change) => Update(model, counts => change(counts.Feedback));

    /// <summary>A model's results over all processes of the last <see cref="Memory"/>.</summary>
    public async Task<ExperimentCounts> ReadAsync(string model, CancellationToken cancellationToken)
    {
        await FlushAsync(model, cancellationToken);
        var sum = new ExperimentCounts();
        Lock gate = new();
        await Parallel.ForEachAsync(
            await ListAsync(model, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                BlobClient client = registry.Container.GetBlobClient(blob.Name);
                if (time.GetUtcNow() - blob.Properties.LastModified > Memory)
                {
                    await client.DeleteIfExistsAsync(DeleteSnapshotsOption.None, new() { IfMatch = blob.Properties.ETag }, token);
                }
                else if ((await ModelRegistry.ReadAsync<ExperimentCounts>(client, token)).Value is { } counts)
                {
                    lock (gate)
                    {
                        sum.Add(counts);
                    }
                }
            });
        return sum;
    }

    /// <summary>Writes what this process has counted, if anything since the last time.</summary>
    public async Task FlushAsync(string model, CancellationToken cancellationToken)
    {
        if (!models.TryGetValue(model, out ModelCounts? counts))
        {
            return;
        }

        await counts.Flushing.WaitAsync(cancellationToken);
        try
        {
            if (counts.TakeChanges() is { } json)
            {
                try
                {
                    await registry.Container.GetBlobClient($"{Prefix(model)}{process}.json").UploadAsync(json, overwrite: true, cancellationToken);
                }
                catch
                {
                    counts.Update(static _ => { });
                    throw;
                }
            }
        }
        finally
        {
            counts.Flushing.Release();
        }
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "experiments/";

    private async Task<List<BlobItem>> ListAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(model), cancellationToken).ToListAsync(cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // No model was ever published: there is no container yet.
            return [];
        }
    }

    private void Update(string model, Action<ExperimentCounts> change)
    {
        if (models.TryGetValue(model, out ModelCounts? counts) || models.Count < MaxModels)
        {
            (counts ?? models.GetOrAdd(model, static _ => new ModelCounts())).Update(change);
        }
    }

    private sealed class ModelCounts
    {
        private readonly Lock gate = new();
        private readonly ExperimentCounts counts = new();
        private bool changed;

        /// <summary>One flush at a time.</summary>
        public SemaphoreSlim Flushing { get; } = new(1, 1);

        public void Update(Action<ExperimentCounts> change)
        {
            lock (gate)
            {
                change(counts);
                changed = true;
            }
        }

        public BinaryData? TakeChanges()
        {
            lock (gate)
            {
                BinaryData? json = changed ? BinaryData.FromObjectAsJson(counts, RegistryJson.Options) : null;
                changed = false;
                return json;
            }
        }
    }
}

/// <summary>Looks for waiting labels and writes what was counted, every few seconds and when the process ends.</summary>
internal sealed class ExperimentKeeper(ExperimentLog experiments, FeedbackMatcher feedback, TimeProvider time, ILogger<ExperimentKeeper> logger) : BackgroundService
{
    /// <summary>Writes what is left, that of requests answered while the process ends included.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ForEachAsync(experiments.Models, experiments.FlushAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FeedbackMatcher.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ForEachAsync(feedback.Models, feedback.SweepAsync, stoppingToken);
            await ForEachAsync(experiments.Models, experiments.FlushAsync, stoppingToken);
        }
    }

    private async Task ForEachAsync(IEnumerable<string> models, Func<string, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        foreach (string model in models)
        {
            try
            {
                await work(model, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Storage out of reach for one model must end neither the loop nor the host; the next round tries again.
                logger.LogWarning(e, "Experiments of model {Model} could not be brought up to date", model);
            }
        }
    }
}
