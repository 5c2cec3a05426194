namespace DurableMl.Inference.Registry;

/// <summary>How one model version is served.</summary>
public sealed record ServingOptions
{
    /// <summary>
    /// Rows (first dimension) in a batch made of several requests; 1 turns batching off. Null: 32 where the model's inputs and outputs
    /// all have the same symbolic first dimension named like a batch, otherwise 1. Batches are made only of versions whose
    /// <see cref="ModelManifest.Batching"/> allows it and, without a delay, only as long as they turn out to make a row cheaper.
    /// </summary>
    public int? MaxBatch { get; init; }

    /// <summary>How long the first request of a batch waits for others, in microseconds. 0, the default, batches what has queued up while the model was busy.</summary>
    public int MaxDelayMicroseconds { get; init; }

    /// <summary>
    /// Runs of the model at a time. Null: one for a model of 2 MiB or more, whose runs share all cores; as many as there are cores for
    /// smaller ones, whose runs take one thread each, and without limit while those take less than a millisecond and no batches are made.
    /// </summary>
    public int? Concurrency { get; init; }

    /// <summary>Requests that may wait; one more is answered 429.</summary>
    public int MaxQueue { get; init; } = 1024;

    /// <summary>Whether NaN in an input is served rather than refused.</summary>
    public bool AcceptNaN { get; init; }
}
