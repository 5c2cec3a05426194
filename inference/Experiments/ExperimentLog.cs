using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Tensors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>
/// Counts what routes and versions do. Each process keeps its own counts and writes them every few seconds to
/// <c>{model}/experiments/{process}.json</c>; a model's results are the sum over all of them.
/// </summary>
internal sealed class ExperimentLog(ModelRegistry registry, TimeProvider time, ILogger<ExperimentLog> logger) : BackgroundService
{
    private const int MaxArms = 256;
    private const int MaxModels = 1000;
    private const int MaxPredictions = 100_000;
    private const int MaxRows = 256;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(5);

    private readonly string process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModelCounts> models = new();
    private readonly PredictionLog predictions = new(MaxPredictions);

    /// <summary>Counts a request and its latency.</summary>
    public void Answered(string model, string route, string? version, TimeSpan latency, bool failed) => Update(model, route, version, arm =>
    {
        arm.Requests++;
        arm.Errors += failed ? 1 : 0;
        arm.Latency.Add(latency);
    });

    /// <summary>Keeps what was predicted until its label comes.</summary>
    public void Predicted(string model, string id, InferResponse response)
    {
        if (response.Outputs.Count > 0 && Scores.Classes(response.Outputs, MaxRows) is { } classes)
        {
            predictions.Add(model, id, new(response.Route, response.Version, classes));
        }
    }

    /// <summary>Counts a shadow's answer against the one given.</summary>
    public void Compared(string model, string id, string route, string version, TimeSpan latency, bool agreed, double difference, List<Tensor> outputs)
    {
        Update(model, route, version, arm =>
        {
            arm.Requests++;
            arm.Compared++;
            arm.Agreed += agreed ? 1 : 0;
            arm.MaxDifference = Math.Max(arm.MaxDifference, difference);
            arm.Latency.Add(latency);
        });
        if (Scores.Classes(outputs, MaxRows) is { } classes)
        {
            predictions.Add(model, id, new(route, version, classes));
        }
    }

    /// <summary>Counts a copy that the shadow had no time for.</summary>
    public void Dropped(string model, string route) => Update(model, route, null, arm => arm.Dropped++);

    /// <summary>Counts the true classes of a request's examples.</summary>
    /// <returns>The routes and versions they were counted for; null when the request is not known (any more).</returns>
    /// <exception cref="InferenceException">400: not as many labels as examples.</exception>
    public IReadOnlyList<(string Route, string Version, int Correct)>? Label(string model, string id, IReadOnlyList<long> labels)
    {
        if (predictions.Take(model, id) is not { } made)
        {
            return null;
        }

        if (made[0].Classes.Length != labels.Count)
        {
            made.ForEach(prediction => predictions.Add(model, id, prediction));
            throw InferenceException.Field("labels", $"{labels.Count} labels for the {made[0].Classes.Length} examples of request '{id}'.");
        }

        return made.ConvertAll(prediction => (prediction.Route, prediction.Version, Label(model, prediction.Route, prediction.Version, prediction.Classes, labels)));
    }

    /// <summary>Counts the true classes of examples whose predictions the caller has kept.</summary>
    /// <returns>How many were right.</returns>
    public int Label(string model, string route, string version, IReadOnlyList<long> predicted, IReadOnlyList<long> labels)
    {
        int correct = 0;
        for (int i = 0; i < Math.Min(predicted.Count, labels.Count); i++)
        {
            correct += predicted[i] == labels[i] ? 1 : 0;
        }

        Update(model, route, version, arm =>
        {
            arm.Labelled += labels.Count;
            arm.Correct += correct;
        });
        return correct;
    }

    /// <summary>A model's results over all processes, by route and version.</summary>
    public async Task<IReadOnlyList<ExperimentArm>> ReadAsync(string model, CancellationToken cancellationToken)
    {
        await FlushAsync(model, cancellationToken);
        var sums = new SortedDictionary<(string, string), ExperimentArm>();
        await foreach (BlobItem blob in registry.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(model), cancellationToken))
        {
            (List<ExperimentArm>? arms, _) = await ModelRegistry.ReadAsync<List<ExperimentArm>>(registry.Container.GetBlobClient(blob.Name), cancellationToken);
            foreach (ExperimentArm arm in arms ?? [])
            {
                if (!sums.TryGetValue((arm.Route, arm.Version ?? ""), out ExperimentArm? sum))
                {
                    sums[(arm.Route, arm.Version ?? "")] = sum = new(arm.Route, arm.Version);
                }

                sum.Add(arm);
            }
        }

        return [.. sums.Values];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FlushInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await FlushAllAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            await FlushAllAsync(CancellationToken.None);
        }
    }

    private async Task FlushAllAsync(CancellationToken cancellationToken)
    {
        foreach (string model in models.Keys)
        {
            try
            {
                await FlushAsync(model, cancellationToken);
            }
            catch (RequestFailedException e)
            {
                // The counts stay here and go with the next flush.
                logger.LogWarning(e, "Experiments of model {Model} could not be written", model);
            }
        }
    }

    private async Task FlushAsync(string model, CancellationToken cancellationToken)
    {
        if (!models.TryGetValue(model, out ModelCounts? counts))
        {
            return;
        }

        await counts.Flushing.WaitAsync(cancellationToken);
        try
        {
            byte[]? content = counts.TakeChanges();
            if (content is not null)
            {
                BlobClient blob = registry.Container.GetBlobClient($"{Prefix(model)}{process}.json");
                try
                {
                    await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
                }
                catch
                {
                    counts.KeepChanges();
                    throw;
                }
            }
        }
        finally
        {
            counts.Flushing.Release();
        }
    }

    private void Update(string model, string route, string? version, Action<ExperimentArm> change)
    {
        if (models.Count >= MaxModels && !models.ContainsKey(model))
        {
            return;
        }

        models.GetOrAdd(model, static _ => new ModelCounts()).Update(route, version, change);
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "experiments/";

    private sealed class ModelCounts
    {
        private readonly Lock gate = new();
        private readonly Dictionary<(string, string?), ExperimentArm> arms = [];
        private bool changed;

        public SemaphoreSlim Flushing { get; } = new(1, 1);

        public void Update(string route, string? version, Action<ExperimentArm> change)
        {
            lock (gate)
            {
                if (!arms.TryGetValue((route, version), out ExperimentArm? arm))
                {
                    // Past the bound everything new is counted together.
                    (string, string?) key = arms.Count < MaxArms ? (route, version) : ("other", null);
                    if (!arms.TryGetValue(key, out arm))
                    {
                        arms[key] = arm = new(key.Item1, key.Item2);
                    }
                }

                change(arm);
                changed = true;
            }
        }

        public byte[]? TakeChanges()
        {
            lock (gate)
            {
                if (!changed)
                {
                    return null;
                }

                changed = false;
                return JsonSerializer.SerializeToUtf8Bytes(arms.Values, RegistryJson.Options);
            }
        }

        public void KeepChanges()
        {
            lock (gate)
            {
                changed = true;
            }
        }
    }
}
