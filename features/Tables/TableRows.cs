using System.Buffers;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;
using DurableMl.Features.Schemas;

namespace DurableMl.Features.Tables;

/// <summary>Writes rows as they were read, one JSON object a line: whatever reads tables reads them again.</summary>
public sealed class TableRows : IDisposable
{
    private readonly ArrayPoolBufferWriter<byte> lines = new();
    private readonly Utf8JsonWriter json;

    /// <summary>Begins without rows.</summary>
    public TableRows() => json = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Adds one row; a missing value is null.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="row">The row's number.</param>
    public void Add(TableBatch batch, int row)
    {
        ArgumentNullException.ThrowIfNull(batch);
        json.WriteStartObject();
        foreach (string name in batch.Names)
        {
            json.WritePropertyName(name);
            Write(batch[name], row, json);
        }

        json.WriteEndObject();
        json.Flush();
        json.Reset();
        lines.Write("\n"u8);
    }

    /// <summary>The lines so far, until the next row is added or <see cref="Clear"/> is called.</summary>
    public ReadOnlyMemory<byte> Lines => lines.WrittenMemory;

    /// <summary>Begins again.</summary>
    public void Clear() => lines.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        json.Dispose();
        lines.Dispose();
    }

    private static void Write(ColumnValues values, int row, Utf8JsonWriter json)
    {
        if (values.IsMissing(row))
        {
            json.WriteNullValue();
        }
        else if (values.Type == ColumnType.Labels)
        {
            json.WriteStartArray();
            foreach (string label in LabelSet.Split(values.Texts.Span[row]!))
            {
                json.WriteStringValue(label);
            }

            json.WriteEndArray();
        }
        else if (!ColumnValues.IsNumber(values.Type))
        {
            json.WriteStringValue(values.Texts.Span[row]);
        }
        else if (values.Type == ColumnType.Boolean)
        {
            json.WriteBooleanValue(values.Numbers.Span[row] != 0);
        }
        else if (values.Type == ColumnType.DateTime)
        {
            json.WriteStringValue(DateTimeOffset.UnixEpoch.AddSeconds(values.Numbers.Span[row]));
        }
        else
        {
            json.WriteNumberValue(values.Numbers.Span[row]);
        }
    }
}
