using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask.Worker;

/// <summary>Workers on a SQLite file.</summary>
public static class SqliteDurableTaskWorkerBuilderExtensions
{
    /// <summary>Lets the worker run what is stored in a SQLite file.</summary>
    /// <param name="builder">The worker's builder.</param>
    /// <param name="path">The file; it is created when missing. All workers and clients of a process on one file share one engine.</param>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.UseSqlite(options => options.Path = path);
    }

    /// <summary>Lets the worker run what is stored in a SQLite file.</summary>
    /// <param name="builder">The worker's builder.</param>
    /// <param name="configure">Sets the file and other options.</param>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(SqliteDurableTaskWorker.OptionsName(builder.Name), configure);
        return builder.UseBuildTarget<SqliteDurableTaskWorker, SqliteDurableTaskWorkerOptions>();
    }
}
