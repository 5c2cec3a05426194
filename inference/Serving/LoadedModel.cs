using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>A model version in memory, with its queue.</summary>
internal sealed class LoadedModel(ModelManifest manifest, ModelSession session, ModelMetrics metrics, RequestLog log, TimeProvider time) : IDisposable
{
    private const int DefaultMaxBatch = 32;
    private const int MaxZeroBytes = 64 << 20;
    private const string WhyNoNaN =
        "is NaN (in JSON: null), which this version does not take: it was not published with the serving option acceptNaN. An import sets it where the sample has NaN.";

    // Examples between two measurements of the drift.
    private const int DriftEvery = 256;

    private readonly DynamicBatcher batcher = new(session, BatchingOf(manifest, session), metrics, time);
    private bool isWarm;

    public ModelManifest Manifest => manifest;

    /// <summary>Whether rows of different callers may share a run, and why.</summary>
    public BatchingEvidence Batching => manifest.Batching ?? BatchingEvidence.None;

    public ModelSession Session => session;

    public ModelMetrics Metrics => metrics;

    /// <summary>It as Triton describes one.</summary>
    public ModelConfiguration Configuration => ModelConfiguration.Of(manifest.Model, session, manifest.Serving?.MaxBatch ?? DefaultMaxBatch);

    /// <summary>Figures of the inputs since the version was loaded; null where its options do not ask for them, or it has other inputs than one of FP32.</summary>
    public FeatureTally? Drift { get; } = manifest.Serving is { Drift: true } && session.Inputs is [{ Datatype: "FP32" }] ? new() : null;

    /// <summary>What stands between the raw data and its network; null for a version of tensors alone.</summary>
    public ModelTransform? Transform { get; private set; }

    /// <summary>Loads a version and runs it once, on its own sample or on zeros, so that no caller pays for first-run allocations.</summary>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses it, its serving options are out of range, or it fails on its own sample.</exception>
    public static async Task<LoadedModel> OpenAsync(
        ModelManifest manifest, string folder, long bytes, ModelMetrics metrics, RequestLog log, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (manifest.Serving?.Problems().FirstOrDefault() is { } problem)
        {
            throw new InvalidModelException($"The serving options of model '{manifest.Model}' version {manifest.Version} cannot be used: {problem.Path} {problem.Reason}.");
        }

        var loaded = new LoadedModel(manifest, ModelSession.Load(Path.Combine(folder, ModelNames.File(manifest.Entry)), bytes, manifest.Serving?.Threads), metrics, log, time);
        try
        {
            loaded.Transform = ModelTransform.Load(manifest, folder, loaded.Session);
            await loaded.WarmUpAsync(manifest.Sample is { } sample ? Path.Combine(folder, ModelNames.File(sample)) : null, logger, cancellationToken);
            loaded.Metrics.BeginStatistics();
            loaded.isWarm = true;
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model on a request's inputs.</summary>
    /// <exception cref="InferenceException">The request cannot be answered.</exception>
    /// <exception cref="ModelRunException">The inputs do not fit the model, or it failed.</exception>
    public async Task<TensorList> InferAsync(InferRequest request, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        try
        {
            TensorList outputs = await BindAndRunAsync(request, cancellationToken);
            Metrics.Answered(time.GetElapsedTime(started));
            return outputs;
        }
        catch (Exception e)
        {
            Metrics.Failed(InferenceException.StatusOf(e).Status, time.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>Disposes the session, once no run uses it any more.</summary>
    public void Dispose()
    {
        batcher.Dispose();
        session.Dispose();
    }

    private async Task<TensorList> BindAndRunAsync(InferRequest request, CancellationToken cancellationToken)
    {
        using InferRequest? transformed = Transform?.ToNetwork(request, cancellationToken);
        request = transformed ?? request;
        using InferRequest? named = request.Named(Session.Inputs);
        using TensorList inputs = InputBinder.Bind((named ?? request).Inputs, Session, Manifest.Serving is { AcceptNaN: true } ? null : WhyNoNaN);
        TensorList outputs = await batcher.RunAsync(inputs, request.OutputNames(Session), cancellationToken);
        Metrics.Statistics.Inferred(inputs.Rows, time.GetUtcNow());
        Observe(request, inputs, outputs);
        return outputs;
    }

    // A warm-up is no request.
    private void Observe(InferRequest request, TensorList inputs, TensorList outputs)
    {
        if (!isWarm)
        {
            return;
        }

        log.Offer(Manifest, request, inputs, outputs);
        if (Drift is { } drift && inputs[0] is { Length: > 0 } input)
        {
            int rows = inputs.Rows;
            long before = drift.Add(input.Floats, input.Length / sizeof(float) / rows) - rows;
            if ((before + rows) / DriftEvery > before / DriftEvery && Manifest.Statistics?.ShiftOf(drift.Result()!) is { } shift)
            {
                Metrics.Drifted(shift.Max(Math.Abs));
            }
        }
    }

    private static BatchingOptions BatchingOf(ModelManifest manifest, ModelSession session)
    {
        ServingOptions serving = manifest.Serving ?? new();
        int concurrency = serving.Concurrency ?? (session.IsSmall ? Environment.ProcessorCount : 1);
        int maxBatch = manifest.Batching is { AcrossCallers: true } && session.HasOnlyTensors ? serving.MaxBatch ?? DefaultMaxBatch : 1;
        return new(maxBatch, TimeSpan.FromMicroseconds(serving.MaxDelayMicroseconds), concurrency, serving.MaxQueue)
        {
            ShortConcurrency = serving.Concurrency is null && session.IsSmall ? int.MaxValue : concurrency,
        };
    }

    private async Task WarmUpAsync(string? sample, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            using InferRequest request = sample is null ? Zeros() : await ReadAsync(sample, cancellationToken);
            (await InferAsync(request, cancellationToken)).Dispose();
        }
        catch (Exception e) when (e is InferenceException or ModelRunException)
        {
            if (sample is not null)
            {
                throw new InvalidModelException($"Model '{Manifest.Model}' version {Manifest.Version} fails on its own sample: {e.Message}", e);
            }

            // Zeros of size 1 need not make sense to a model; it may serve real inputs all the same.
            logger.LogDebug(e, "Model {Model} version {Version} was not warmed up", Manifest.Model, Manifest.Version);
        }
    }

    private static async Task<InferRequest> ReadAsync(string path, CancellationToken cancellationToken)
    {
        byte[] json = await File.ReadAllBytesAsync(path, cancellationToken);
        PooledMemory memory = PooledMemory.Rent(json.Length);
        try
        {
            json.CopyTo(memory.Span);
            return InferRequestReader.Parse(memory, json.Length, json.Length, new());
        }
        finally
        {
            memory.Release();
        }
    }

    // What would be too large is left out; the request is refused then.
    private InferRequest Zeros()
    {
        var request = new InferRequest();
        foreach (TensorSpec spec in Session.Inputs)
        {
            long[] shape = [.. spec.Shape.Select(dimension => dimension < 0 ? 1 : dimension)];
            TensorType type = TensorType.ByName[spec.Datatype];
            if ((long)TensorShape.Elements(shape) * (type.IsBytes ? sizeof(int) : type.Size) is >= 0 and <= MaxZeroBytes and var size)
            {
                request.Inputs.Add(Tensor.Copy(spec.Name, type, shape, new byte[size]));
            }
        }

        return request;
    }
}
