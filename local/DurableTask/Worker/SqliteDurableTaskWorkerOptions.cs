namespace Microsoft.DurableTask.Worker;

/// <summary>Options of a worker on a SQLite file.</summary>
public sealed class SqliteDurableTaskWorkerOptions : DurableTaskWorkerOptions;
