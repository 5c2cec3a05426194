using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Microsoft.DurableTask.History;

/// <summary>Reads what <see cref="RecordWriter"/> writes.</summary>
ref struct RecordReader(ReadOnlySpan<byte> data)
{
    ReadOnlySpan<byte> data = data;

    public Turn ReadTurn()
    {
        long time = ReadInteger();
        return new Turn(time, ReadRecords(time), ReadRecords(time));
    }

    public HistoryRecord ReadRecord(long baseTime)
    {
        RecordKind kind = (RecordKind)data[0];
        RecordFlags flags = (RecordFlags)data[1];
        RecordWriter.Members members = (RecordWriter.Members)BinaryPrimitives.ReadUInt16LittleEndian(data[2..]);
        data = data[4..];
        long time = baseTime + ReadInteger();
        int id = members.HasFlag(RecordWriter.Members.Id) ? (int)ReadInteger() : -1;
        return new HistoryRecord(kind, id)
        {
            Flags = flags,
            Time = time,
            FireAt = members.HasFlag(RecordWriter.Members.FireAt) ? ReadInteger() : 0,
            Name = members.HasFlag(RecordWriter.Members.Name) ? ReadString() : null,
            Version = members.HasFlag(RecordWriter.Members.Version) ? ReadString() : null,
            InstanceId = members.HasFlag(RecordWriter.Members.InstanceId) ? ReadString() : null,
            Trace = members.HasFlag(RecordWriter.Members.Trace) ? ReadString() : null,
            Payload = members.HasFlag(RecordWriter.Members.Payload) ? ReadPayload() : null,
            Failure = members.HasFlag(RecordWriter.Members.Failure) ? ReadFailure() : null,
            Tags = members.HasFlag(RecordWriter.Members.Tags) ? ReadTags() : null,
        };
    }

    public TaskFailureDetails ReadFailure()
    {
        string type = ReadString();
        string message = ReadString();
        string stack = ReadString();
        string properties = ReadString();
        TaskFailureDetails? inner = ReadInteger() == 0 ? null : ReadFailure();
        return new TaskFailureDetails(
            type,
            message,
            stack.Length == 0 ? null : stack,
            inner,
            properties.Length == 0 ? null : JsonSerializer.Deserialize<Dictionary<string, object?>>(properties));
    }

    List<HistoryRecord> ReadRecords(long baseTime)
    {
        int count = (int)ReadInteger();
        List<HistoryRecord> records = new(count);
        for (int i = 0; i < count; i++)
        {
            records.Add(ReadRecord(baseTime));
        }

        return records;
    }

    Payload ReadPayload() => ReadInteger() == 1 ? Payload.Stored(ReadInteger()) : Payload.Of(ReadString())!;

    Dictionary<string, string> ReadTags()
    {
        int count = (int)ReadInteger();
        Dictionary<string, string> tags = new(count);
        for (int i = 0; i < count; i++)
        {
            string key = ReadString();
            tags[key] = ReadString();
        }

        return tags;
    }

    string ReadString()
    {
        int length = (int)ReadInteger();
        string text = Encoding.UTF8.GetString(data[..length]);
        data = data[length..];
        return text;
    }

    long ReadInteger()
    {
        ulong value = 0;
        for (int shift = 0, i = 0; ; shift += 7, i++)
        {
            value |= (ulong)(data[i] & 0x7F) << shift;
            if (data[i] < 0x80)
            {
                data = data[(i + 1)..];
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }
}
