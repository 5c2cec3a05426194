namespace DurableMl.Inference.Serving;

/// <summary>A loaded model in use: it stays loaded until this is disposed.</summary>
internal readonly struct ModelLease(SessionCache cache, SessionCache.Entry entry, LoadedModel model) : IDisposable
{
    public LoadedModel Model => model;

    public void Dispose() => cache.Release(entry);
}
