namespace Microsoft.DurableTask.Client;

/// <summary>Options of a client of a SQLite file.</summary>
public sealed class SqliteDurableTaskClientOptions : DurableTaskClientOptions;
