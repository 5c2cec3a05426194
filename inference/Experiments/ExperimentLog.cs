using System.Collections.Concurrent;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>What one route and version have done. Latencies are in the metrics.</summary>
/// <param name="Route">The route, as responses name it.</param>
/// <param name="Version">The version; null where none answered.</param>
public sealed record ExperimentArm(string Route, string? Version = null)
{
    /// <summary>Requests answered, failures included.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that failed through the model or the server.</summary>
    public long Errors { get; init; }

    /// <summary>Shadow only: answers compared with the ones given.</summary>
    public long Compared { get; init; }

    /// <summary>Shadow only: answers with the same classes, or within the tolerance where there are no classes.</summary>
    public long Agreed { get; init; }

    /// <summary>Shadow only: copies left out because the shadow was behind.</summary>
    public long Dropped { get; init; }

    /// <summary>Shadow only: the largest absolute difference seen in a number.</summary>
    public double MaxDifference { get; init; }

    /// <summary>Examples whose true class came later.</summary>
    public long Labelled { get; init; }

    /// <summary>Of those, the ones it had right.</summary>
    public long Correct { get; init; }

    /// <summary>This arm with what another one counted besides.</summary>
    internal ExperimentArm Plus(ExperimentArm other) => this with
    {
        Requests = Requests + other.Requests,
        Errors = Errors + other.Errors,
        Compared = Compared + other.Compared,
        Agreed = Agreed + other.Agreed,
        Dropped = Dropped + other.Dropped,
        MaxDifference = Math.Max(MaxDifference, other.MaxDifference),
        Labelled = Labelled + other.Labelled,
        Correct = Correct + other.Correct,
    };
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

    // Nobody has more routes and versions; rules that change all the time share one arm from here on.
    private const int MaxArms = 1024;
    private const int Parallelism = 16;

    private readonly string process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModelCounts> models = new();

    /// <summary>The models of which anything was counted here.</summary>
    public ICollection<string> Models => models.Keys;

    /// <summary>Counts a request and its latency.</summary>
    public void Answered(string model, string route, string? version, TimeSpan latency, bool failed)
    {
        meter.Answered(model, route, version, latency, failed);
        Count(model, new(route, version) { Requests = 1, Errors = failed ? 1 : 0 });
    }

    /// <summary>Keeps what was predicted until its label comes.</summary>
    public void Predicted(string model, string id, InferResponse response) => Predicted(model, id, response.Route, response.Version, response.Outputs);

    /// <summary>Counts a shadow's answer against the one given.</summary>
    public void Compared(string model, string id, string route, string version, TimeSpan latency, bool agreed, double difference, TensorList outputs)
    {
        // First the prediction: whoever sees the comparison counted can send its label.
        Predicted(model, id, route, version, outputs);
        meter.Answered(model, route, version, latency, failed: false);
        meter.Compared(model, route, version, agreed);
        Count(model, new(route, version) { Requests = 1, Compared = 1, Agreed = agreed ? 1 : 0, MaxDifference = difference });
    }

    /// <summary>Counts a copy that the shadow had no time for.</summary>
    public void Dropped(string model, string route) => Count(model, new(route) { Dropped = 1 });

    /// <summary>Counts the true classes of examples.</summary>
    /// <returns>How many were predicted right.</returns>
    public int Label(string model, string route, string version, IReadOnlyList<long> predicted, IReadOnlyList<long> labels)
    {
        int correct = predicted.Zip(labels).Count(pair => pair.First == pair.Second);
        meter.Labelled(model, route, version, correct, labels.Count - correct);
        Count(model, new(route, version) { Labelled = labels.Count, Correct = correct });
        return correct;
    }

    /// <summary>A model's results over all processes of the last <see cref="Memory"/>, by route and version.</summary>
    public async Task<IReadOnlyList<ExperimentArm>> ReadAsync(string model, CancellationToken cancellationToken)
    {
        await FlushAsync(model, cancellationToken);
        var counted = new ConcurrentBag<ExperimentArm>();
        await Parallel.ForEachAsync(
            registry.Documents.ListBlobsAsync(Prefix(model), BlobTraits.None, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (time.GetUtcNow() - blob.Properties.LastModified > Memory)
                {
                    await registry.Container.GetBlobClient(blob.Name).DeleteIfExistsAsync(DeleteSnapshotsOption.None, new() { IfMatch = blob.Properties.ETag }, token);
                    return;
                }

                foreach (ExperimentArm arm in (await registry.Documents.ReadAsync<List<ExperimentArm>>(blob.Name, token)).Value ?? [])
                {
                    counted.Add(arm);
                }
            });
        return
        [
            .. counted.GroupBy(arm => (arm.Route, arm.Version)).OrderBy(arms => arms.Key.Route, StringComparer.Ordinal).ThenBy(arms => arms.Key.Version, StringComparer.Ordinal)
                .Select(arms => arms.Aggregate((sum, arm) => sum.Plus(arm))),
        ];
    }

    /// <summary>Writes what this process has counted.</summary>
    public async Task FlushAsync(string model, CancellationToken cancellationToken)
    {
        if (!models.TryGetValue(model, out ModelCounts? counts))
        {
            return;
        }

        // One at a time: an older sum must not be written over a newer one.
        await counts.Flushing.WaitAsync(cancellationToken);
        try
        {
            BinaryData json;
            long version;
            lock (counts)
            {
                version = counts.Changes;
                json = BinaryData.FromObjectAsJson(counts.Arms.Values, RegistryJson.Options);
            }

            if (version != counts.Written)
            {
                await registry.Container.GetBlobClient($"{Prefix(model)}{process}.json").UploadAsync(json, overwrite: true, cancellationToken);
                counts.Written = version;
            }
        }
        finally
        {
            counts.Flushing.Release();
        }
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "experiments/";

    private void Predicted(string model, string id, string route, string version, TensorList outputs)
    {
        if (Scores.Classes(outputs, PredictionLog.MaxRows) is { } classes)
        {
            predictions.Add(model, id, new(route, version, classes));
        }
    }

    private void Count(string model, ExperimentArm more)
    {
        ModelCounts counts = models.GetOrAdd(model, static _ => new ModelCounts());
        lock (counts)
        {
            (string Route, string? Version) key = (more.Route, more.Version);
            key = counts.Arms.Count < MaxArms || counts.Arms.ContainsKey(key) ? key : ("other", null);
            counts.Arms[key] = counts.Arms.TryGetValue(key, out ExperimentArm? arm) ? arm.Plus(more) : more with { Route = key.Route, Version = key.Version };
            counts.Changes++;
        }
    }

    private sealed class ModelCounts
    {
        public Dictionary<(string Route, string? Version), ExperimentArm> Arms { get; } = [];

        public SemaphoreSlim Flushing { get; } = new(1, 1);

        public long Changes { get; set; }

        public long Written { get; set; }
    }
}

/// <summary>Looks for labels and writes what was counted, every few seconds and when the process ends.</summary>
internal sealed class ExperimentKeeper(ExperimentLog experiments, LabelLog labels, TimeProvider time, ILogger<ExperimentKeeper> logger) : BackgroundService
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Writes what is left, that of requests answered while the process ends included.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ForEachAsync(experiments.FlushAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ForEachAsync(labels.CountAsync, stoppingToken);
            await ForEachAsync(experiments.FlushAsync, stoppingToken);
        }
    }

    private async Task ForEachAsync(Func<string, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        foreach (string model in experiments.Models)
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
