using Microsoft.Data.Sqlite;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>A prepared statement with numbered parameters, used again and again by one connection.</summary>
sealed class Statement : IDisposable
{
    readonly SqliteCommand command;

    public Statement(SqliteConnection connection, string sql, int parameters)
    {
        command = connection.CreateCommand();
#pragma warning disable CA2100 // only constants get here
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"${i}") });
        }
    }

    public Statement Bind(params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return this;
    }

    public int Execute() => command.ExecuteNonQuery();

    public SqliteDataReader Read() => command.ExecuteReader();

    public object? Scalar() => command.ExecuteScalar() is { } value and not DBNull ? value : null;

    public void Dispose() => command.Dispose();
}
