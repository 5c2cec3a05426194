using DurableMl.Inference.Batching;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Telemetry;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Serving;

/// <summary>A model version in memory, with its queue.</summary>
internal sealed class LoadedModel : IDisposable
{
    private const int DefaultMaxBatch = 32;

    private readonly TimeProvider time;

    public LoadedModel(ModelManifest manifest, ModelSession session, ModelMetrics metrics, TimeProvider time)
    {
        ServingOptions serving = manifest.Serving ?? new();
        int concurrency = Math.Clamp(serving.Concurrency ?? (session.IsSmall ? Environment.ProcessorCount : 1), 1, 64);
        this.time = time;
        Manifest = manifest;
        Session = session;
        Metrics = metrics;
        Batcher = new(
            session,
            new(
                Batching.AcrossCallers && session.HasSeparableRows ? Math.Clamp(serving.MaxBatch ?? (session.IsBatchable ? DefaultMaxBatch : 1), 1, 65_536) : 1,
                TimeSpan.FromMicroseconds(Math.Clamp(serving.MaxDelayMicroseconds, 0, 10_000_000)),
                concurrency,
                Math.Clamp(serving.MaxQueue, 1, 100_000))
            {
                ShortConcurrency = serving.Concurrency is null && session.IsSmall ? int.MaxValue : concurrency,
            },
            metrics,
            time);
    }

    public ModelManifest Manifest { get; }

    /// <summary>Whether rows of different callers may share a run, and why.</summary>
    public BatchingEvidence Batching => Manifest.Batching ?? BatchingEvidence.None;

    public ModelSession Session { get; }

    public DynamicBatcher Batcher { get; }

    public ModelMetrics Metrics { get; }

    /// <summary>Runs the model on a request's inputs.</summary>
    /// <exception cref="InferenceException">The inputs do not fit the model, or it failed.</exception>
    public async Task<List<Tensor>> InferAsync(InferRequest request, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        try
        {
            List<Tensor> outputs = await BindAndRunAsync(request, cancellationToken);
            Metrics.Answered(time.GetElapsedTime(started));
            return outputs;
        }
        catch (Exception e)
        {
            Metrics.Failed(e switch { InferenceException known => known.Status, OperationCanceledException => 504, _ => 500 });
            throw;
        }
    }

    private async Task<List<Tensor>> BindAndRunAsync(InferRequest request, CancellationToken cancellationToken)
    {
        Tensor[] inputs = InputBinder.Bind(request, Session, Manifest.Serving?.AcceptNaN ?? false);
        try
        {
            return await Batcher.RunAsync(inputs, OutputNames(request), cancellationToken);
        }
        finally
        {
            foreach (Tensor input in inputs)
            {
                input.Dispose();
            }
        }
    }

    /// <summary>Disposes the session, once no run uses it any more.</summary>
    public void Dispose() => Batcher.CloseWhenIdle(Session.Dispose);

    private List<string>? OutputNames(InferRequest request)
    {
        if (request.Outputs is not { Count: > 0 } outputs)
        {
            return null;
        }

        var names = new List<string>(outputs.Count);
        for (int i = 0; i < outputs.Count; i++)
        {
            string name = outputs[i].Name;
            if (!Session.OutputIndex.ContainsKey(name))
            {
                throw InferenceException.Field($"outputs[{i}].name", $"the model has no output '{name}'; it has {string.Join(", ", Session.OutputNames)}.");
            }

            if (names.Contains(name))
            {
                throw InferenceException.Field($"outputs[{i}].name", $"'{name}' is asked for twice.");
            }

            names.Add(name);
        }

        return names;
    }
}
