using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Schemas;
using DurableMl.Features.Tables;
using DurableMl.Orchestrations.Preprocessing;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>Rows of a table's test split as they were read.</summary>
internal static class TestRows
{
    /// <summary>The rows of a shard, batch by batch.</summary>
    public static IAsyncEnumerable<TableBatch> ReadAsync(byte[] rows, TableSchema schema, CancellationToken cancellationToken) => TableReader.ReadAsync(
        new TableSource("the test split", new TableFileType(TableFormat.JsonLines, Compressed: false), new MemoryStream(rows, writable: false)), schema, cancellationToken);

    /// <summary>The values of the columns that a dataset is sliced by.</summary>
    public static async Task<IReadOnlyList<SliceValues>> SlicesAsync(byte[] rows, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        var values = columns.ToDictionary(column => column, _ => new List<string?>(), StringComparer.Ordinal);
        var schema = new TableSchema([.. columns.Select(column => new ColumnSchema(column, ColumnType.Categorical))], []);
        await foreach (TableBatch batch in ReadAsync(rows, schema, cancellationToken))
        {
            foreach (string column in columns)
            {
                values[column].AddRange(batch[column].Texts.ToArray());
            }
        }

        return [.. columns.Select(column => new SliceValues(column, values[column]))];
    }
}
