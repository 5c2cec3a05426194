using Microsoft.Data.Sqlite;

namespace BatchEmulator.Tests.State;

/// <summary>A disk on which the emulator's database finds no room, until this is disposed.</summary>
internal sealed class FullDisk : IDisposable
{
    private readonly SqliteConnection connection;

    /// <param name="emulator">The emulator.</param>
    /// <param name="when">SQL: which rows there is no room for (NEW.kind, NEW.id, NEW.document).</param>
    public FullDisk(EmulatorFixture emulator, string when = "1")
    {
        connection = new SqliteConnection($"Data Source={Path.Combine(emulator.DataDirectory, "batch.db")};Pooling=False");
        connection.Open();
        Execute($"CREATE TRIGGER full BEFORE INSERT ON resources WHEN {when} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
    }

    public void Dispose()
    {
        Execute("DROP TRIGGER full");
        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
