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

    public static async Task<string> RefusalAsync(TableSource source, TableSchema schema)
    {
        TableFormatException refusal = await Assert.ThrowsExactlyAsync<TableFormatException>(() => ReadAsync(source, schema));
        return refusal.Message;
    }
}
