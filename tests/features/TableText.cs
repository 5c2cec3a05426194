using System.IO.Compression;
using System.Text;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;

namespace Features.Tests;

/// <summary>Tables in memory.</summary>
internal static class TableText
{
    public static TableSource Source(string name, byte[] content) => new(name, TableFileType.Of(name)!.Value, new MemoryStream(content, writable: false));

    public static TableSource Source(string name, string content) => Source(name, Encoding.UTF8.GetBytes(content));

    public static TableSchema Schema(params (string Name, ColumnType Type)[] columns) =>
        new([.. columns.Select(column => new ColumnSchema(column.Name, column.Type))], TableSchema.UsualMissing);

    public static byte[] Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return zipped.ToArray();
    }

    public static async Task<List<TableBatch>> ReadAsync(TableSource source, TableSchema schema)
    {
        var batches = new List<TableBatch>();
        await foreach (TableBatch batch in TableReader.ReadAsync(source, schema))
        {
            batches.Add(batch);
        }

        return batches;
    }

    public static async Task<TableBatch> OneAsync(TableSource source, TableSchema schema)
    {
        List<TableBatch> batches = await ReadAsync(source, schema);
        Assert.HasCount(1, batches);
        return batches[0];
    }

    /// <summary>The beginning of a file whose last line goes on and on; so much of it is never in memory.</summary>
    public sealed class LongLine(string start, long length) : Stream
    {
        private readonly byte[] start = Encoding.UTF8.GetBytes(start);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, length - Position);
            for (int i = 0; i < read; i++)
            {
                buffer[offset + i] = Position + i < start.Length ? start[Position + i] : (byte)'x';
            }

            Position += read;
            return read;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    public static async Task<string> RefusalAsync(TableSource source, TableSchema schema)
    {
        TableFormatException refusal = await Assert.ThrowsExactlyAsync<TableFormatException>(() => ReadAsync(source, schema));
        return refusal.Message;
    }
}
