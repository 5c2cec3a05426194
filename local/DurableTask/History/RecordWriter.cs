using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Microsoft.DurableTask.History;

/// <summary>Writes history records in the file's binary form: variable-length integers, UTF-8, absent members left out.</summary>
/// <param name="storeApart">Stores a large payload and returns its row.</param>
sealed class RecordWriter(Func<string, long> storeApart)
{
    readonly ArrayBufferWriter<byte> buffer = new(256);

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    public void Write(Turn turn)
    {
        Write(turn.Time);
        Write(turn.Incoming, turn.Time);
        Write(turn.Decisions, turn.Time);
    }

    public void Write(HistoryRecord record, long baseTime)
    {
        Members members = MembersOf(record);
        Span<byte> head = buffer.GetSpan(4);
        head[0] = (byte)record.Kind;
        head[1] = (byte)record.Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)members);
        buffer.Advance(4);
        Write(record.Time - baseTime);
        if (members.HasFlag(Members.Id))
        {
            Write(record.Id);
        }

        if (members.HasFlag(Members.FireAt))
        {
            Write(record.FireAt);
        }

        WriteIf(members.HasFlag(Members.Name), record.Name);
        WriteIf(members.HasFlag(Members.Version), record.Version);
        WriteIf(members.HasFlag(Members.InstanceId), record.InstanceId);
        WriteIf(members.HasFlag(Members.Trace), record.Trace);
        if (members.HasFlag(Members.Payload))
        {
            Write(record.Payload!);
        }

        if (members.HasFlag(Members.Failure))
        {
            Write(record.Failure!);
        }

        if (members.HasFlag(Members.Tags))
        {
            Write(record.Tags!);
        }
    }

    public void Write(TaskFailureDetails failure)
    {
        Write(failure.ErrorType);
        Write(failure.ErrorMessage);
        Write(failure.StackTrace ?? string.Empty);
        Write(failure.Properties is null ? string.Empty : JsonSerializer.Serialize(failure.Properties));
        Write(failure.InnerFailure is null ? 0 : 1);
        if (failure.InnerFailure is not null)
        {
            Write(failure.InnerFailure);
        }
    }

    static Members MembersOf(HistoryRecord record) =>
        (record.Id != -1 ? Members.Id : Members.None)
        | (record.FireAt != 0 ? Members.FireAt : Members.None)
        | (record.Name is not null ? Members.Name : Members.None)
        | (record.Version is not null ? Members.Version : Members.None)
        | (record.InstanceId is not null ? Members.InstanceId : Members.None)
        | (record.Payload is not null ? Members.Payload : Members.None)
        | (record.Failure is not null ? Members.Failure : Members.None)
        | (record.Tags is { Count: > 0 } ? Members.Tags : Members.None)
        | (record.Trace is not null ? Members.Trace : Members.None);

    void Write(IReadOnlyList<HistoryRecord> records, long baseTime)
    {
        Write(records.Count);
        foreach (HistoryRecord record in records)
        {
            Write(record, baseTime);
        }
    }

    void Write(Payload payload)
    {
        if (payload.IsLarge)
        {
            // A payload that came by reference belongs to another row's owner: each owner stores its own.
            Write(1);
            if (payload.Reference == 0)
            {
                payload.StoredAt(storeApart(payload.Read(null!)));
            }

            Write(payload.Reference);
            return;
        }

        Write(0);
        Write(payload.Read(null!));
    }

    void Write(IReadOnlyDictionary<string, string> tags)
    {
        Write(tags.Count);
        foreach ((string key, string value) in tags)
        {
            Write(key);
            Write(value);
        }
    }

    void WriteIf(bool present, string? text)
    {
        if (present)
        {
            Write(text!);
        }
    }

    void Write(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Write(length);
        Encoding.UTF8.GetBytes(text, buffer.GetSpan(length));
        buffer.Advance(length);
    }

    /// <summary>Seven bits a byte, low ones first, the sign in the lowest.</summary>
    void Write(long value)
    {
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        Span<byte> span = buffer.GetSpan(10);
        int count = 0;
        while (rest >= 0x80)
        {
            span[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        span[count++] = (byte)rest;
        buffer.Advance(count);
    }

    [Flags]
    internal enum Members : ushort
    {
        None = 0,
        Id = 1,
        FireAt = 2,
        Name = 4,
        Version = 8,
        InstanceId = 16,
        Payload = 32,
        Failure = 64,
        Tags = 128,
        Trace = 256,
    }
}
