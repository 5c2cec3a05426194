namespace DurableMl.Cli.Hosting;

/// <summary>The loopback ports of the local host.</summary>
/// <param name="Functions">The Functions host: pipelines and inference.</param>
/// <param name="Blob">Azurite's blobs.</param>
/// <param name="Queue">Azurite's queues.</param>
/// <param name="Table">Azurite's tables.</param>
/// <param name="Batch">The Batch emulator.</param>
internal sealed record HostPorts(int Functions, int Blob, int Queue, int Table, int Batch);
