namespace DurableMl.Inference.Batching;

/// <summary>How one model's runs are batched and bounded.</summary>
/// <param name="MaxBatch">Rows in a run made of several requests; 1 for no batching.</param>
/// <param name="MaxDelay">How long the first request waits for others.</param>
/// <param name="Concurrency">Runs at a time.</param>
/// <param name="MaxQueue">Requests that may wait.</param>
internal sealed record BatchingOptions(int MaxBatch, TimeSpan MaxDelay, int Concurrency, int MaxQueue)
{
    /// <summary>Runs at a time while they are short and batches bring nothing: they stay on their requests' threads, of which there are about as many as cores anyway.</summary>
    public int ShortConcurrency { get; init; } = Concurrency;
}
