using System.Collections.Concurrent;

namespace FunctionsHost.Tests.Support;

/// <summary>What functions under test saw; a service of the host under test.</summary>
public sealed class Recorder
{
    public ConcurrentQueue<string> Entries { get; } = new();

    public void Add(string entry) => Entries.Enqueue(entry);

    public int Count(string entry) => Entries.Count(e => e == entry);
}
