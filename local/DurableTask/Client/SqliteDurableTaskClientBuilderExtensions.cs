using Microsoft.DurableTask.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask.Client;

/// <summary>Clients of a SQLite file.</summary>
public static class SqliteDurableTaskClientBuilderExtensions
{
    /// <summary>Lets the client work on a SQLite file.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="path">The file; it is created when missing. All workers and clients of a process on one file share one engine.</param>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.UseSqlite(options => options.Path = path);
    }

    /// <summary>Lets the client work on a SQLite file.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Sets the file and other options.</param>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(SqliteDurableTaskClient.OptionsName(builder.Name), configure);
        return builder.UseBuildTarget<SqliteDurableTaskClient, SqliteDurableTaskClientOptions>();
    }
}
