using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>Reads instance rows, and turns their composite columns into bytes and back.</summary>
static class RowCodec
{
    public const string Columns =
        "n, id, execution, name, version, status, created, updated, completed, start_at, generation, turn, wake, lock_owner, parent, "
        + "input, input_ref, output, output_ref, custom_status, failure, tags, trace";

    public static InstanceRow Read(SqliteDataReader reader) => new()
    {
        Number = reader.GetInt64(0),
        Id = reader.GetString(1),
        Execution = reader.GetString(2),
        Name = reader.GetString(3),
        Version = reader.GetString(4),
        Status = (OrchestrationRuntimeStatus)reader.GetInt32(5),
        Created = reader.GetInt64(6),
        Updated = reader.GetInt64(7),
        Completed = reader.IsDBNull(8) ? null : reader.GetInt64(8),
        StartAt = reader.GetInt64(9),
        Generation = reader.GetInt32(10),
        Turn = reader.GetInt32(11),
        Wake = reader.IsDBNull(12) ? null : reader.GetInt64(12),
        LockOwner = Text(reader, 13),
        Parent = reader.IsDBNull(14) ? null : JsonSerializer.Deserialize<ParentLink>(reader.GetFieldValue<byte[]>(14)),
        Input = Payload(reader, 15),
        Output = Payload(reader, 17),
        CustomStatus = Text(reader, 19),
        Failure = reader.IsDBNull(20) ? null : Failure(reader.GetFieldValue<byte[]>(20)),
        Tags = reader.IsDBNull(21) ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(21)),
        Trace = Text(reader, 22),
    };

    public static byte[]? Parent(ParentLink? parent) => parent is null ? null : JsonSerializer.SerializeToUtf8Bytes(parent);

    public static string? Tags(IReadOnlyDictionary<string, string>? tags) => tags is { Count: > 0 } ? JsonSerializer.Serialize(tags) : null;

    public static byte[]? Failure(TaskFailureDetails? failure)
    {
        if (failure is null)
        {
            return null;
        }

        RecordWriter writer = new(_ => throw new InvalidOperationException("A failure has no payload."));
        writer.Write(failure);
        return writer.ToArray();
    }

    static TaskFailureDetails Failure(byte[] data) => new RecordReader(data).ReadFailure();

    static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    static Payload? Payload(SqliteDataReader reader, int column) =>
        !reader.IsDBNull(column + 1) ? History.Payload.Stored(reader.GetInt64(column + 1))
        : !reader.IsDBNull(column) ? History.Payload.Of(reader.GetString(column))
        : null;
}
