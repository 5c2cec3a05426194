using System.Collections.Concurrent;
using Azure;
using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>A blob function, and the versions of blobs that it needs no look at any more. Only what the container still holds is remembered.</summary>
internal sealed class BlobTriggerWatch(DiscoveredFunction function, BlobTriggerAttribute trigger, BlobPath path)
{
    private readonly ConcurrentDictionary<string, ETag> settled = new(StringComparer.Ordinal);
    private readonly HashSet<string> present = new(StringComparer.Ordinal);

    public DiscoveredFunction Function => function;

    public BlobTriggerAttribute Trigger => trigger;

    public BlobPath Path => path;

    public void BeginScan() => present.Clear();

    /// <summary>Whether this version of a blob was not settled, nor begun, before.</summary>
    public bool IsNew(string name, ETag version)
    {
        present.Add(name);
        return !settled.TryGetValue(name, out ETag known) || known != version;
    }

    public void Settle(string name, ETag version) => settled[name] = version;

    /// <summary>Lets the next scan find the blob again.</summary>
    public void Unsettle(string name) => settled.TryRemove(name, out _);

    public void EndScan()
    {
        foreach (string name in settled.Keys)
        {
            if (!present.Contains(name))
            {
                settled.TryRemove(name, out _);
            }
        }
    }
}
