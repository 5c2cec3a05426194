using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>The one SQLite file. One row a resource, written when it changes; read once, at the start.</summary>
internal sealed class StateDatabase : IDisposable
{
    private readonly SqliteConnection connection;

    public StateDatabase(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        // It holds the account key and the signatures in tasks' URLs. SQLite gives its other files the mode of this one.
        OwnerOnly.CreateFile(path);
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        // A commit survives the death of this process, which is what a kill is; only a power cut may lose the last ones.
        Execute("PRAGMA synchronous=NORMAL");
        Execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
        Execute("""
            CREATE TABLE IF NOT EXISTS resources (
              kind TEXT NOT NULL, parent TEXT NOT NULL COLLATE NOCASE, id TEXT NOT NULL COLLATE NOCASE,
              sequence INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (kind, parent, id)) WITHOUT ROWID
            """);
    }

    /// <summary>The setting, made and kept when absent.</summary>
    public string Setting(string name, Func<string> otherwise)
    {
        using var read = Command("SELECT value FROM settings WHERE name = $name", ("$name", name));
        if (read.ExecuteScalar() is string value)
        {
            return value;
        }

        var made = otherwise();
        using var write = Command("INSERT INTO settings (name, value) VALUES ($name, $value)", ("$name", name), ("$value", made));
        write.ExecuteNonQuery();
        return made;
    }

    /// <summary>All resources of a kind in order of creation.</summary>
    public List<T> Load<T>(string kind)
        where T : Resource
    {
        using var command = Command("SELECT document FROM resources WHERE kind = $kind ORDER BY sequence", ("$kind", kind));
        using var rows = command.ExecuteReader();
        var result = new List<T>();
        while (rows.Read())
        {
            var document = rows.GetString(0);
            var resource = JsonSerializer.Deserialize<T>(document)!;
            resource.Committed = document;
            result.Add(resource);
        }

        return result;
    }

    /// <summary>Writes and deletes in one transaction.</summary>
    /// <exception cref="SqliteException">Nothing has been written: a full disk, mostly.</exception>
    public void Commit(IEnumerable<Resource> changed, IEnumerable<Resource> deleted)
    {
        using var transaction = connection.BeginTransaction();
        using var delete = Command("DELETE FROM resources WHERE kind = $kind AND parent = $parent AND id = $id",
            ("$kind", ""), ("$parent", ""), ("$id", ""));
        delete.Transaction = transaction;
        foreach (var resource in deleted)
        {
            Identify(delete, resource);
            delete.ExecuteNonQuery();
        }

        using var write = Command("""
            INSERT INTO resources (kind, parent, id, sequence, document) VALUES ($kind, $parent, $id, $sequence, $document)
            ON CONFLICT DO UPDATE SET document = excluded.document
            """, ("$kind", ""), ("$parent", ""), ("$id", ""), ("$sequence", 0L), ("$document", ""));
        write.Transaction = transaction;
        var written = new List<(Resource Resource, string Document)>();
        foreach (var resource in changed)
        {
            var document = JsonSerializer.Serialize(resource, resource.GetType());
            Identify(write, resource);
            write.Parameters["$sequence"].Value = resource.Sequence;
            write.Parameters["$document"].Value = document;
            write.ExecuteNonQuery();
            written.Add((resource, document));
        }

        transaction.Commit();
        foreach (var (resource, document) in written)
        {
            resource.Committed = document;
        }
    }

    public void Dispose() => connection.Dispose();

    private static void Identify(SqliteCommand command, Resource resource)
    {
        command.Parameters["$kind"].Value = resource.Kind;
        command.Parameters["$parent"].Value = resource.Parent;
        command.Parameters["$id"].Value = resource.Id;
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        // Every call site passes a constant; values travel as parameters.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
