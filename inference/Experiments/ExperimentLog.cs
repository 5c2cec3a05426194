using System.Collections.Concurrent;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Routing;
using DurableMl.Inference.Tensors;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Experiments;

/// <summary>Counts what routes and versions do in this process, until <see cref="FlushAsync"/> adds it to what all processes have counted.</summary>
internal sealed class ExperimentLog(ExperimentStore store, PredictionLog predictions, TimeProvider time, ILogger<ExperimentLog> logger)
{
    private const int MaxModels = 1000;

    private readonly string process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ModelCounts> models = new();

    /// <summary>The models of which anything was counted here.</summary>
    public ICollection<string> Models => models.Keys;

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
        if (response.Outputs.Count > 0 && Scores.Classes(response.Outputs, PredictionLog.MaxRows) is { } classes)
        {
            predictions.Add(model, RequestKey.Of(id), new(response.Route, response.Version, classes));
        }
    }

    /// <summary>Counts a shadow's answer against the one given.</summary>
    public void Compared(string model, string id, string route, string version, TimeSpan latency, bool agreed, double difference, List<Tensor> outputs)
    {
        // First the prediction: whoever sees the comparison counted can send its label.
        if (Scores.Classes(outputs, PredictionLog.MaxRows) is { } classes)
        {
            predictions.Add(model, RequestKey.Of(id), new(route, version, classes));
        }

        Update(model, route, version, arm =>
        {
            arm.Requests++;
            arm.Compared++;
            arm.Agreed += agreed ? 1 : 0;
            arm.MaxDifference = Math.Max(arm.MaxDifference, difference);
            arm.Latency.Add(latency);
        });
    }

    /// <summary>Counts a copy that the shadow had no time for.</summary>
    public void Dropped(string model, string route) => Update(model, route, null, arm => arm.Dropped++);

    /// <summary>Counts the true classes of examples.</summary>
    /// <returns>How many were predicted right.</returns>
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

    /// <summary>Counts what became of labels that were not counted.</summary>
    public void Feedback(string model, Action<FeedbackCounts> change) => Find(model)?.Update(counts => change(counts.Feedback));

    /// <summary>A model's results over all processes.</summary>
    public async Task<ExperimentCounts> ReadAsync(string model, CancellationToken cancellationToken)
    {
        await FlushAsync(model, cancellationToken);
        return await store.ReadAsync(model, cancellationToken);
    }

    /// <summary>Adds what was counted here since the last time to what all processes have counted. What fails stays here and goes with the next flush.</summary>
    public async Task FlushAsync(string model, CancellationToken cancellationToken)
    {
        if (!models.TryGetValue(model, out ModelCounts? counts))
        {
            return;
        }

        await counts.Flushing.WaitAsync(cancellationToken);
        try
        {
            // Twice: an addition that failed before goes first, unchanged, and then what was counted since.
            for (int i = 0; i < 2 && counts.Next(time.GetUtcNow()) is { } addition; i++)
            {
                if (time.GetUtcNow() - addition.Since > ExperimentStore.RepetitionLimit)
                {
                    // Adding it now could count it twice.
                    logger.LogError("Experiments of model {Model} counted before {Since} are lost: they could not be written for an hour", model, addition.Since);
                }
                else if (!await store.TryAddAsync(model, process, addition.Revision, addition.Counts, cancellationToken))
                {
                    return;
                }

                counts.Confirm();
            }
        }
        finally
        {
            counts.Flushing.Release();
        }
    }

    private void Update(string model, string route, string? version, Action<ExperimentArm> change) =>
        Find(model)?.Update(counts => change(counts.Arm(route, version)));

    private ModelCounts? Find(string model) =>
        models.Count >= MaxModels && !models.ContainsKey(model) ? null : models.GetOrAdd(model, static _ => new ModelCounts());

    private sealed class ModelCounts
    {
        private readonly Lock gate = new();
        private ExperimentCounts current = new();
        private Addition? unconfirmed;
        private long revision;

        /// <summary>One flush at a time.</summary>
        public SemaphoreSlim Flushing { get; } = new(1, 1);

        public void Update(Action<ExperimentCounts> change)
        {
            lock (gate)
            {
                change(current);
            }
        }

        /// <summary>What to add next; the same until it is confirmed.</summary>
        public Addition? Next(DateTimeOffset now)
        {
            lock (gate)
            {
                if (unconfirmed is null && !current.IsEmpty)
                {
                    unconfirmed = new(++revision, current, now);
                    current = new();
                }

                return unconfirmed;
            }
        }

        public void Confirm()
        {
            lock (gate)
            {
                unconfirmed = null;
            }
        }
    }

    private sealed record Addition(long Revision, ExperimentCounts Counts, DateTimeOffset Since);
}
