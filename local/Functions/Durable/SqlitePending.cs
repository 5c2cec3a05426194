using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Lets the host compile until the engine's own <c>UseSqlite</c> lands; starting a durable app before that says so.</summary>
internal static class SqlitePending
{
    public static void UseSqlite(this IDurableTaskWorkerBuilder builder, string path) => throw new NotSupportedException($"UseSqlite for {builder.Name} at {path}");

    public static void UseSqlite(this IDurableTaskClientBuilder builder, string path) => throw new NotSupportedException($"UseSqlite for {builder.Name} at {path}");
}
